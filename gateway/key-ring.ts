import type { Cooldowns } from './cooldowns';
import type { UpstreamKey } from './upstream-key';

/** How long a key rests after a refusal that named no time. */
export const KEY_COOLDOWN_MS = 60_000;

/** `primary`: the first key that does not rest, the others are its reserve. `round-robin`: each in turn. */
export type KeyOrder = 'primary' | 'round-robin';

/**
 * A provider's keys. A key that was refused rests; it never dies, because the refusal may have been the provider's
 * mistake. With one key there is nothing to choose, and nothing rests.
 */
export class KeyRing {
  readonly #keys: readonly UpstreamKey[];
  readonly #cooldowns: Cooldowns;
  readonly #order: KeyOrder;
  #turn = 0;

  constructor(keys: readonly UpstreamKey[], cooldowns: Cooldowns, order: KeyOrder = 'primary') {
    this.#keys = keys;
    this.#cooldowns = cooldowns;
    this.#order = order;
  }

  get size(): number {
    return this.#keys.length;
  }

  /** What a record may show of the key a request will begin with; empty where that is not known yet. */
  get expectedHint(): string {
    if (this.size > 1 && this.#order === 'round-robin') return '';
    return this.#keys.find((key) => this.#isReady(key))?.hint ?? '';
  }

  /** The key to use next, of those not tried yet. Undefined: none is left. */
  choose(tried: ReadonlySet<UpstreamKey>): UpstreamKey | undefined {
    const from = this.#order === 'primary' ? 0 : this.#turn++ % Math.max(1, this.size);
    const inOrder = [...this.#keys.slice(from), ...this.#keys.slice(0, from)];
    return inOrder.find((key) => !tried.has(key) && this.#isReady(key));
  }

  /** Whether some key could still be tried. */
  hasNext(tried: ReadonlySet<UpstreamKey>): boolean {
    return this.#keys.some((key) => !tried.has(key) && this.#isReady(key));
  }

  rest(key: UpstreamKey, forMs: number): void {
    if (this.size > 1) this.#cooldowns.rest(key.id, forMs);
  }

  /** Whole seconds until some key may be used again, at least 1. */
  secondsToWait(): number {
    const waits = this.#keys.map(({ id }) => this.#cooldowns.remainingMs(id));
    return Math.max(1, Math.ceil(Math.min(...waits) / 1000));
  }

  #isReady({ id }: UpstreamKey): boolean {
    return this.size === 1 || this.#cooldowns.remainingMs(id) <= 0;
  }
}

/** Statuses that say something about the key, not about the request: refused, or used too much. */
export function isKeyRefusal(status: number): boolean {
  return status === 401 || status === 429;
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110, section 10.2.3). */
export function retryAfterMs(value: string | undefined, nowMs: number): number {
  if (value === undefined) return KEY_COOLDOWN_MS;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? KEY_COOLDOWN_MS : Math.max(0, at - nowMs);
}
