import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AigovError } from '../../policy';
import type { LedgerWriter } from './writer';

/** What the thread is started with. */
export interface WriterStart {
  readonly path: string;
  readonly nowMs: number;
}

type Method = 'ownChain' | 'attach' | 'follow' | 'ingest' | 'checkpoint' | 'close';

export interface Call {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

export interface CallResult {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: {
    readonly message: string;
    readonly code?: string;
    readonly remedy?: string;
    readonly at?: string;
  };
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** A `LedgerWriter` in a thread of its own. */
export class WriterClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #failure: Error | undefined;

  constructor(start: WriterStart) {
    this.#worker = new Worker(threadFile(), { workerData: start });
    this.#worker.on('message', (result: CallResult) => this.#settle(result));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the ledger thread ended')));
  }

  /** Calls a method of the writer. Rejects as it does, and when the thread is gone. */
  call<Name extends Method>(
    method: Name,
    ...args: Parameters<LedgerWriter[Name]>
  ): ReturnType<LedgerWriter[Name]> {
    const answer = new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#calls += 1;
      this.#waiting.set(this.#calls, { resolve, reject });
      // The process stays for an answer it waits for, and only for that.
      this.#worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#worker.postMessage({ id: this.#calls, method, args } satisfies Call);
    });
    return answer as ReturnType<LedgerWriter[Name]>;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle({ id, value, error }: CallResult): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (error === undefined) waiting?.resolve(value as never);
    else waiting?.reject(revive(error));
  }

  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

/** Threads run compiled code: beside this file, or for tests that run the sources in what was built of them. */
function threadFile(): string {
  const beside = join(__dirname, 'writer-thread.js');
  return existsSync(beside)
    ? beside
    : join(__dirname, '..', '..', 'dist', 'audit', 'ledger', 'writer-thread.js');
}

function revive({ code, message, remedy = '', at }: NonNullable<CallResult['error']>): Error {
  if (code === undefined) return new Error(message);
  return new AigovError(code, message, { remedy, ...(at === undefined ? {} : { at }) });
}
