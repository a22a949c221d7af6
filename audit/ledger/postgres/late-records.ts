import type { PreparedRecord } from '../../prepare';

/** Most bytes of records kept for when the database is back. */
export const MAX_LATE_BYTES = 64 * 1024 * 1024;
/** Most `open` records whose thing may have gone on unrecorded. */
const MAX_OPENS = 10_000;

/**
 * Records the database did not take when they came. An end is written when it is back, for its beginning may be there;
 * a beginning only with its end, for where policy blocks there is none.
 */
export class LateRecords {
  readonly #opens = new Map<string, PreparedRecord>();
  #waiting: PreparedRecord[] = [];
  #bytes = 0;

  /** A record whose commit failed. What is beyond the limits is lost, and its caller knows. */
  keep(prepared: PreparedRecord): void {
    if (prepared.record.phase === 'open') {
      const [oldest] = this.#opens.keys();
      if (this.#opens.size >= MAX_OPENS && oldest !== undefined) this.#opens.delete(oldest);
      this.#opens.set(prepared.record.id, prepared);
    } else if (this.#bytes + prepared.bytes <= MAX_LATE_BYTES) {
      this.#waiting.push(prepared);
      this.#bytes += prepared.bytes;
    }
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** The beginning that could not be written, when this is its end: it goes first. */
  takeOpen(prepared: PreparedRecord): PreparedRecord | undefined {
    if (prepared.record.phase !== 'close') return undefined;
    const open = this.#opens.get(prepared.record.id);
    this.#opens.delete(prepared.record.id);
    return open;
  }

  /** All that waits, in order. Whoever cannot write it keeps it again. */
  takeAll(): readonly PreparedRecord[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return taken;
  }
}
