import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordBatch } from './spool/batch';
import type { Spool } from './spool/spool';

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 60_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Batch size to start with; halved while the server says 413. */
const BATCH_BYTES = 1024 * 1024;
const MIN_BATCH_BYTES = 16 * 1024;
/** Waits this long after a record appears, so that a burst goes as one request. */
const LINGER_MS = 50;

export interface ShipOptions {
  /** Base URL of the server, without a trailing slash. */
  readonly url: string;
  /** Asked before each request, so that a rotated token is picked up. */
  readonly token: () => string;
  /** Ends shipping. */
  readonly signal: AbortSignal;
  /** @default the global fetch */
  readonly fetch?: typeof fetch;
  /** Waits between attempts; ends early (and does not throw) when the signal aborts. @default a timer */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 to 1, for the jitter. @default Math.random */
  readonly random?: () => number;
}

export interface ShipStatus {
  readonly isRunning: boolean;
  /** Records the server acknowledged since the start. */
  readonly shipped: number;
  /** Attempts that failed since the last success. */
  readonly failures: number;
  /** Why the last attempt failed: a status with the server's error code, or a network error. Never a token. */
  readonly lastError?: string;
}

/** Ships a spool until its signal aborts. */
export interface Shipper {
  status(): ShipStatus;
  /** Resolves when the server has everything recorded before the call, or when shipping ends. */
  flushed(): Promise<void>;
  /** Resolves when shipping has ended after the abort. Never rejects. */
  readonly done: Promise<void>;
}

/**
 * Posts `{uid, records, contents}` to `/api/v1/records`, oldest first, and acknowledges what the server
 * acknowledged (`{acknowledged: seq}`). At least once: the server takes a record it has as known. Every failure
 * is tried again with exponential back-off and full jitter.
 */
export function shipSpool(spool: Spool, options: ShipOptions): Shipper {
  const loop = new ShipLoop(spool, options);
  const done = loop.run();
  return { status: () => loop.status(), flushed: () => loop.flushed(), done };
}

type Outcome =
  | { readonly kind: 'acknowledged'; readonly seq: number }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'failed'; readonly error: string; readonly retryAfterMs: number };

class ShipLoop {
  readonly #spool: Spool;
  readonly #options: ShipOptions;
  readonly #wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #flushWaiters = new Set<{ readonly seq: number; readonly resolve: () => void }>();
  #batchBytes = BATCH_BYTES;
  #isRunning = true;
  #shipped = 0;
  #failures = 0;
  #lastError: string | undefined;

  constructor(spool: Spool, options: ShipOptions) {
    this.#spool = spool;
    this.#options = options;
    this.#wait = options.wait ?? waitOnTimer;
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      await this.#spool.waitForUnshipped(signal);
      if (this.#flushWaiters.size === 0) await this.#wait(LINGER_MS, signal);
      if (!signal.aborted) await this.#attempt();
    }
    this.#isRunning = false;
    this.#wakeFlushed();
  }

  status(): ShipStatus {
    return {
      isRunning: this.#isRunning,
      shipped: this.#shipped,
      failures: this.#failures,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  flushed(): Promise<void> {
    const { lastSeq, acknowledgedSeq } = this.#spool.stats();
    if (!this.#isRunning || acknowledgedSeq >= lastSeq) return Promise.resolve();
    return new Promise((resolve) => {
      this.#flushWaiters.add({ seq: lastSeq, resolve });
    });
  }

  async #attempt(): Promise<void> {
    try {
      const batch = await this.#spool.unshipped(this.#batchBytes);
      if (batch !== undefined) await this.#settle(await this.#post(batch), batch);
    } catch (error) {
      await this.#fail(error instanceof Error ? error.message : 'unknown error', 0);
    }
  }

  async #settle(outcome: Outcome, batch: RecordBatch): Promise<void> {
    if (outcome.kind === 'acknowledged') {
      const before = this.#spool.stats().acknowledgedSeq;
      await this.#spool.acknowledge(outcome.seq);
      if (outcome.seq <= before) return this.#fail('the server acknowledged nothing new', 0);
      this.#shipped += outcome.seq - before;
      this.#failures = 0;
      this.#lastError = undefined;
      this.#batchBytes = Math.min(BATCH_BYTES, this.#batchBytes * 2);
      this.#wakeFlushed();
    } else if (outcome.kind === 'too_large' && batch.records.length > 1) {
      this.#batchBytes = Math.max(MIN_BATCH_BYTES, Math.floor(this.#batchBytes / 2));
      if (this.#batchBytes === MIN_BATCH_BYTES) await this.#fail('413: too large', 0);
    } else if (outcome.kind === 'too_large') {
      await this.#fail(`413: record ${batch.records[0]?.id} alone is too large`, MAX_DELAY_MS);
    } else {
      await this.#fail(outcome.error, outcome.retryAfterMs);
    }
  }

  async #post({ uid, records, contents }: RecordBatch): Promise<Outcome> {
    const { url, token, signal } = this.#options;
    const send = this.#options.fetch ?? fetch;
    const response = await send(`${url}/api/v1/records`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ uid, records, contents }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      redirect: 'error',
    });
    const answer = parseAnswer(await response.text());
    if (response.ok && answer.acknowledged !== undefined) {
      return { kind: 'acknowledged', seq: answer.acknowledged };
    }
    if (response.status === 413) return { kind: 'too_large' };
    const error =
      answer.code === undefined ? `${response.status}` : `${response.status} ${answer.code}`;
    return { kind: 'failed', error, retryAfterMs: retryAfterMs(response.headers) };
  }

  async #fail(error: string, atLeastMs: number): Promise<void> {
    if (this.#options.signal.aborted) return;
    this.#lastError = error;
    this.#failures += 1;
    const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.#failures, 16));
    const jittered = FIRST_DELAY_MS + (this.#options.random ?? Math.random)() * ceiling;
    await this.#wait(Math.max(jittered, atLeastMs), this.#options.signal);
  }

  #wakeFlushed(): void {
    const { acknowledgedSeq } = this.#spool.stats();
    for (const waiter of this.#flushWaiters) {
      if (this.#isRunning && waiter.seq > acknowledgedSeq) continue;
      this.#flushWaiters.delete(waiter);
      waiter.resolve();
    }
  }
}

async function waitOnTimer(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

/** What of a server's answer matters: an acknowledgement, or the code of a problem document. */
function parseAnswer(text: string): { acknowledged?: number; code?: string } {
  try {
    const { acknowledged, code } = JSON.parse(text) as Record<string, unknown>;
    return {
      ...(Number.isInteger(acknowledged) ? { acknowledged: acknowledged as number } : {}),
      ...(typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code) ? { code } : {}),
    };
  } catch {
    return {};
  }
}

/** `Retry-After` in seconds, bounded: a server cannot switch shipping off. */
function retryAfterMs(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0) * 1000, MAX_DELAY_MS) : 0;
}
