/** How long a key rests after a refusal that named no time. */
export const KEY_COOLDOWN_MS = 60_000;
/** No upstream rests a key longer than this, whatever it says. */
const MAX_COOLDOWN_MS = 60 * 60 * 1000;

/**
 * A provider's keys: the first that does not rest is used, so a second one is a reserve. A key that was refused rests; it
 * never dies, because the refusal may have been the provider's mistake. With one key there is nothing to choose, and
 * nothing rests.
 */
export class KeyRing {
  readonly #keys: readonly string[];
  readonly #clock: () => number;
  readonly #restsUntilMs = new Map<string, number>();

  /** `clock` gives milliseconds, monotonic. */
  constructor(keys: readonly string[], clock: () => number) {
    this.#keys = keys;
    this.#clock = clock;
  }

  get size(): number {
    return this.#keys.length;
  }

  /** The key to use next, of those not tried yet. Undefined: none is left. */
  choose(tried: ReadonlySet<string>): string | undefined {
    if (this.#keys.length === 1) return this.#keys.find((key) => !tried.has(key));
    const nowMs = this.#clock();
    return this.#keys.find((key) => !tried.has(key) && (this.#restsUntilMs.get(key) ?? 0) <= nowMs);
  }

  rest(key: string, forMs: number): void {
    this.#restsUntilMs.set(key, this.#clock() + Math.min(Math.max(0, forMs), MAX_COOLDOWN_MS));
  }

  /** Whole seconds until some key may be used again, at least 1. */
  secondsToWait(): number {
    const ends = [...this.#restsUntilMs.values()];
    return Math.max(1, Math.ceil((Math.min(...ends) - this.#clock()) / 1000));
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
