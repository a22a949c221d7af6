import { setTimeout as delay } from 'node:timers/promises';
import type { AuditEntry, EntryDetail } from '../../audit';
import { known, type DemoContext } from './context';

/** Reads the server's ledger through its API, as an auditor. The demo's evidence comes from here, not from memory. */
export async function readTimeline(context: DemoContext): Promise<readonly AuditEntry[]> {
  const page = (await get(context, '/api/v1/timeline?limit=1000')) as { entries: AuditEntry[] };
  return page.entries.toReversed();
}

export async function readEntry(context: DemoContext, id: string): Promise<EntryDetail> {
  return (await get(context, `/api/v1/interceptions/${id}`)) as EntryDetail;
}

async function get(context: DemoContext, path: string): Promise<unknown> {
  const response = await fetch(`${context.serverUrl}${path}`, {
    headers: { authorization: `Bearer ${context.cast.auditorToken}` },
  });
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const SHIPPING_TIMEOUT_MS = 15_000;

/** Waits until the workspace has no record left that the server does not have. */
export async function waitForShipping({ agent }: DemoContext): Promise<void> {
  const deadline = performance.now() + SHIPPING_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const status = await known(agent, 'the agent').exec(['aigov', 'workspace', 'status', '--json']);
    const health = JSON.parse(status.stdout || '{}') as { audit?: { unshipped: number } };
    if (health.audit?.unshipped === 0) return;
    await delay(50);
  }
  throw new Error('the workspace still has records the server does not have');
}
