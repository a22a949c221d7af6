import { AigovError } from '../policy';

/** Most items one commit carries: the ledger commits on the event loop and must not hold it for long. */
const MAX_BATCH_ITEMS = 512;
/** Most bytes one commit carries; a single larger item still goes, alone. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;
/** Most bytes that may wait for a commit before `add` refuses. */
const MAX_QUEUED_BYTES = 256 * 1024 * 1024;

export interface Sized {
  readonly bytes: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets many writers share one durable commit: whatever arrives while a commit runs goes into the next one.
 * Commits never overlap and keep the order of `add`.
 */
export class GroupCommit<Item extends Sized, Result> {
  readonly #commit: (items: readonly Item[]) => Promise<readonly Result[]> | readonly Result[];
  #queue: Waiting<Item, Result>[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;

  constructor(commit: (items: readonly Item[]) => Promise<readonly Result[]> | readonly Result[]) {
    this.#commit = commit;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Resolves with the item's result once its commit is through; rejects with the commit's error. */
  add(item: Item): Promise<Result> {
    if (this.#queuedBytes + item.bytes > MAX_QUEUED_BYTES) return Promise.reject(overloaded());
    this.#queuedBytes += item.bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits and no commit runs. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the event loop: writers that are ready now share the first commit.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#commitBatch(this.#takeBatch());
    this.#running = undefined;
  }

  async #commitBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#commit(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #takeBatch(): Waiting<Item, Result>[] {
    let bytes = 0;
    let count = 0;
    for (const { item } of this.#queue) {
      if (count > 0 && (count === MAX_BATCH_ITEMS || bytes + item.bytes > MAX_BATCH_BYTES)) break;
      bytes += item.bytes;
      count += 1;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }
}

function overloaded(): AigovError {
  return new AigovError(
    'AUDIT_OVERLOADED',
    `more than ${MAX_QUEUED_BYTES} bytes of records wait to be written`,
    { remedy: 'Slow the callers down, or put the audit on a faster disk.' },
  );
}
