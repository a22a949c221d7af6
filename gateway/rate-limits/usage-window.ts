import { WINDOW_SECONDS } from './rate-limiter';

interface Second {
  readonly second: number;
  requests: number;
  tokens: number;
}

/**
 * What one account used in the last minute, by the second: a second counts until the window has passed its end, so that
 * no 60 seconds ever hold more than the sum says.
 */
export class UsageWindow {
  #seconds: Second[] = [];

  add(nowSecond: number, requests: number, tokens: number): void {
    const last = this.#seconds.at(-1);
    if (last?.second !== nowSecond) this.#seconds.push({ second: nowSecond, requests, tokens });
    else {
      last.requests += requests;
      last.tokens += tokens;
    }
  }

  used(nowSecond: number): { requests: number; tokens: number } {
    while ((this.#seconds[0]?.second ?? nowSecond) < nowSecond - WINDOW_SECONDS)
      this.#seconds.shift();
    return this.#seconds.reduce(
      (sum, { requests, tokens }) => ({
        requests: sum.requests + requests,
        tokens: sum.tokens + tokens,
      }),
      { requests: 0, tokens: 0 },
    );
  }

  /** Seconds until at least this much of what was used is forgotten, or all of it. */
  secondsUntilForgotten(nowSecond: number, key: 'requests' | 'tokens', amount: number): number {
    const wanted = Math.min(amount, this.used(nowSecond)[key]);
    let forgotten = 0;
    for (const entry of this.#seconds) {
      forgotten += entry[key];
      if (forgotten >= wanted) return entry.second + WINDOW_SECONDS + 1 - nowSecond;
    }
    return WINDOW_SECONDS;
  }
}
