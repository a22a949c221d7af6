import type { AuditRecord } from './record';

/** Follows the things of one or more chains from `open` to `close`. */
export class Pairing {
  readonly #open = new Set<string>();

  constructor(alreadyOpen: Iterable<string> = []) {
    for (const id of alreadyOpen) this.#open.add(id);
  }

  /** Things open now. */
  get open(): number {
    return this.#open.size;
  }

  /** False for a `close` that closes nothing. */
  accept({ id, phase, chain }: Pick<AuditRecord, 'id' | 'phase' | 'chain'>): boolean {
    const key = `${chain.uid} ${id}`;
    if (phase === 'open') this.#open.add(key);
    return phase !== 'close' || this.#open.delete(key);
  }
}
