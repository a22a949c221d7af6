import type { Logger } from '../../gateway';

/** Most bookings kept while the database is away; what is beyond stays reserved until this process ends. */
export const MAX_UNSETTLED = 100_000;

/** Work that must reach the database once it is back. Each piece is safe to repeat. */
export class Unsettled {
  readonly #logger: Logger;
  #waiting: (() => Promise<unknown>)[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Does it now, or with a later `retry`. Never rejects. */
  async settle(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isKept = this.#waiting.length < MAX_UNSETTLED;
      if (isKept) this.#waiting.push(work);
      const what = isKept ? 'use not booked yet' : 'use not booked';
      this.#logger.warn(what, { error: String(error), waiting: this.size });
    }
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Does what waits, in order. Rejects with the first failure; the rest waits on. */
  async retry(): Promise<void> {
    for (let work = this.#waiting[0]; work !== undefined; work = this.#waiting[0]) {
      await work();
      this.#waiting.shift();
    }
  }
}
