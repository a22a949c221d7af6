import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { acceptHttp2 } from '../../gateway';
import type { AuditRecord, NewRecord, Recorder } from '../../audit';

/** Keeps records in memory, and lets a test wait for one. */
export class MemoryRecorder implements Recorder {
  readonly records: NewRecord[] = [];
  /** Set to make every write fail. */
  fault: Error | undefined;
  readonly #waiting: { phase: NewRecord['phase']; count: number; resolve: () => void }[] = [];

  async record(record: NewRecord): Promise<AuditRecord> {
    if (this.fault) throw this.fault;
    this.records.push(record);
    for (const waiter of this.#waiting)
      if (this.#count(waiter.phase) >= waiter.count) waiter.resolve();
    const chain = { uid: 'memory', seq: this.records.length - 1, prev: '', hash: '' };
    return { ...record, version: 1, time: '2026-11-21T00:00:00.000Z', chain };
  }

  /** Resolves once this many records of a phase are there. */
  async written(phase: NewRecord['phase'], count = 1): Promise<readonly NewRecord[]> {
    if (this.#count(phase) < count)
      await new Promise<void>((resolve) => this.#waiting.push({ phase, count, resolve }));
    return this.records.filter((record) => record.phase === phase);
  }

  #count(phase: NewRecord['phase']): number {
    return this.records.filter((record) => record.phase === phase).length;
  }
}

export interface Listening {
  readonly url: string;
  readonly server: Server;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A handler behind a real socket; what it owns is closed after the socket. */
export async function listen(owner: {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}): Promise<Listening> {
  const server = createServer((request, response) => void owner.handle(request, response));
  acceptHttp2(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await owner.close();
    },
  };
}
