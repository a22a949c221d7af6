/** Outages in a row after which an upstream is passed over. */
export const OUTAGES_TO_OPEN = 5;
/** How long it is passed over, until one request tries it again. */
export const OPEN_MS = 30_000;

/** Statuses that say the upstream itself is out of order. 429 says that a key is used too much, which is no outage. */
export function isOutage(status: number): boolean {
  return status === 500 || status === 502 || status === 503 || status === 504 || status === 529;
}

/** Remembers whether an upstream answers at all. `clock` gives milliseconds, monotonic. */
export class CircuitBreaker {
  readonly #clock: () => number;
  #outages = 0;
  #triesAgainAtMs = 0;

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Whether the next request may go there. When its rest is over, one may, and the others wait for how that goes. */
  mayTry(): boolean {
    if (this.#outages < OUTAGES_TO_OPEN) return true;
    const nowMs = this.#clock();
    if (nowMs < this.#triesAgainAtMs) return false;
    this.#triesAgainAtMs = nowMs + OPEN_MS;
    return true;
  }

  answered(): void {
    this.#outages = 0;
  }

  failed(): void {
    this.#outages += 1;
    if (this.#outages >= OUTAGES_TO_OPEN) this.#triesAgainAtMs = this.#clock() + OPEN_MS;
  }
}
