import {
  CONCURRENT_RETRY_SECONDS,
  fullMeasure,
  type Permit,
  type RateCharge,
  type RateLimiter,
  type RateMeasure,
  type RateRefusal,
} from './rate-limiter';
import { UsageWindow } from './usage-window';

interface Account {
  readonly window: UsageWindow;
  concurrent: number;
  /** Estimated tokens of running requests. */
  heldTokens: number;
}

/** Accounts nobody used for this long are forgotten. */
const SWEEP_SECONDS = 120;

/** Rate limits of one process, in its memory. `clock` gives milliseconds, monotonic: a changed wall clock changes nothing. */
export class LocalRateLimiter implements RateLimiter {
  readonly #clock: () => number;
  readonly #accounts = new Map<string, Account>();
  readonly #running = new Map<string, { accounts: readonly string[]; tokens: number }>();
  #count = 0;
  #sweptAtSecond = 0;

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  permit(charges: readonly RateCharge[], tokens: number): Permit | RateRefusal {
    const nowSecond = this.#nowSecond();
    this.#sweep(nowSecond);
    for (const charge of charges) {
      const refusal = this.#refusalOf(charge, tokens, nowSecond);
      if (refusal !== undefined) return refusal;
    }
    return this.#start([...new Set(charges.map(({ account }) => account))], tokens, nowSecond);
  }

  /** Safe to call twice. */
  finish({ id }: Permit, tokens: number): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    for (const name of running.accounts) {
      const account = this.#accountOf(name);
      account.concurrent -= 1;
      account.heldTokens -= running.tokens;
      account.window.add(this.#nowSecond(), 0, tokens);
    }
  }

  /** Accounts in memory. */
  get size(): number {
    return this.#accounts.size;
  }

  #start(accounts: readonly string[], tokens: number, nowSecond: number): Permit {
    const id = String((this.#count += 1));
    this.#running.set(id, { accounts, tokens });
    for (const name of accounts) {
      const account = this.#accountOf(name);
      account.concurrent += 1;
      account.heldTokens += tokens;
      account.window.add(nowSecond, 1, 0);
    }
    return { kind: 'permitted', id, accounts };
  }

  #refusalOf(charge: RateCharge, tokens: number, nowSecond: number): RateRefusal | undefined {
    const account = this.#accountOf(charge.account);
    const past = account.window.used(nowSecond);
    const used = {
      requests: past.requests,
      tokens: past.tokens + account.heldTokens,
      concurrent: account.concurrent,
    };
    const measure = fullMeasure(charge, used, tokens);
    if (measure === undefined) return undefined;
    const limit = charge[measure] ?? 0;
    const retryAfterSeconds = secondsToWait(account, measure, {
      requests: used.requests + 1 - limit,
      tokens: used.tokens + tokens - limit,
      nowSecond,
    });
    return { kind: 'limited', account: charge.account, measure, limit, retryAfterSeconds };
  }

  #accountOf(name: string): Account {
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    const account = { window: new UsageWindow(), concurrent: 0, heldTokens: 0 };
    this.#accounts.set(name, account);
    return account;
  }

  #sweep(nowSecond: number): void {
    if (nowSecond - this.#sweptAtSecond < SWEEP_SECONDS) return;
    this.#sweptAtSecond = nowSecond;
    for (const [name, { window, concurrent }] of this.#accounts) {
      const { requests, tokens } = window.used(nowSecond);
      if (concurrent === 0 && requests === 0 && tokens === 0) this.#accounts.delete(name);
    }
  }

  #nowSecond(): number {
    return Math.floor(this.#clock() / 1000);
  }
}

function secondsToWait(
  { window }: Account,
  measure: RateMeasure,
  over: { readonly requests: number; readonly tokens: number; readonly nowSecond: number },
): number {
  if (measure === 'concurrent') return CONCURRENT_RETRY_SECONDS;
  const key = measure === 'requestsPerMinute' ? 'requests' : 'tokens';
  return window.secondsUntilForgotten(over.nowSecond, key, over[key]);
}
