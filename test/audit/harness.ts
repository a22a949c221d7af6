import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdSource, type NewRecord, type RecordKind } from '../../audit';

/** A scratch directory that goes with its owner. */
export function scratchDirectory(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'aigov-audit-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export const nextId = createIdSource();

export function event(fields: Partial<NewRecord> = {}): NewRecord {
  return { id: nextId(), kind: 'egress', phase: 'event', data: { effect: 'allow' }, ...fields };
}

export function opened(id: string, fields: Partial<NewRecord> = {}): NewRecord {
  return { id, kind: 'interception', phase: 'open', data: { model: 'm-1' }, ...fields };
}

export function closedAs(id: string, ending: string, fields: Partial<NewRecord> = {}): NewRecord {
  return { id, kind: 'interception', phase: 'close', data: { ending }, ...fields };
}

export const WORKSPACE = {
  id: '5f0f0a0e-0000-4000-8000-000000000001',
  name: 'ada-dev',
  templateId: 't-1',
  templateName: 'payments',
  templateVersion: 'v3',
} as const;

export const ADA = { user: 'ada', isVerified: true } as const;
export const KINDS: readonly RecordKind[] = ['egress', 'dns', 'command', 'file'];

/** A loopback server that goes with its owner. */
export async function serve(
  listener: RequestListener,
): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
