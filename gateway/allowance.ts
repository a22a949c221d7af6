import type { CompiledPolicy } from '../policy';
import type { InterceptionEnd, InterceptionStart } from './interception';
import type { Logger } from './logger';
import type { Refusal } from './providers/wire-format';
import {
  countedTokens,
  estimateTokens,
  rateChargesOf,
  rateRefusal,
  type Permit,
  type RateLimiter,
} from './rate-limits/rate-limiter';
import { REFUSALS } from './refuse';
import type { Held, Spending } from './spending';

/** What one request was granted before it goes upstream. */
export interface Allowance {
  readonly kind: 'granted';
  /** Absent: no rate limit applies. */
  readonly permit?: Permit;
  /** Absent: no budget applies. */
  readonly held?: Held;
}

export type Grant = Allowance | { readonly kind: 'refused'; readonly refusal: Refusal };

const UNLIMITED: Allowance = { kind: 'granted' };

/**
 * Grants requests room under the rate limits and money of the budgets, and takes both back at their end. Where policy
 * has neither, nothing happens here.
 */
export class Allowances {
  readonly #rateLimiter: RateLimiter | undefined;
  readonly #spending: Spending;
  readonly #logger: Logger;

  constructor(rateLimiter: RateLimiter | undefined, spending: Spending, logger: Logger) {
    this.#rateLimiter = rateLimiter;
    this.#spending = spending;
    this.#logger = logger;
  }

  /** Room and money for a request to a model. */
  async take(policy: CompiledPolicy, start: InterceptionStart, bodyBytes: number): Promise<Grant> {
    const { budgets, rateLimits } = policy.effective;
    if (budgets === undefined && rateLimits === undefined) return UNLIMITED;
    return this.#unlessUnavailable(policy, start, async () => {
      const running = await this.#run(policy, start, bodyBytes);
      return running.kind === 'refused' ? running : this.#pay(policy, start, bodyBytes, running);
    });
  }

  /** Room for a request that is passed on unread: what it costs is not known, and no budget is asked. */
  async takePassed(
    policy: CompiledPolicy,
    start: InterceptionStart,
    bodyBytes: number,
  ): Promise<Grant> {
    if (policy.effective.rateLimits === undefined) return UNLIMITED;
    return this.#unlessUnavailable(policy, start, () => this.#run(policy, start, bodyBytes));
  }

  /** Books what the request did use. `end` is absent when that is not known. */
  async settle(
    { permit, held }: Allowance,
    start: InterceptionStart,
    end: InterceptionEnd | undefined,
  ): Promise<void> {
    await Promise.all([
      this.#attempt(start, () => this.#finish(permit, countedTokens(end?.response?.usage))),
      this.#attempt(start, () => held && this.#spending.settle(held, start, end)),
    ]);
  }

  /** Nothing went upstream. */
  async release(allowance: Allowance, start: InterceptionStart): Promise<void> {
    const { permit, held } = allowance;
    await this.#attempt(start, () => this.#finish(permit, 0));
    await this.#attempt(start, () => held && this.#spending.release(held));
  }

  /** Limits that cannot be checked are treated like records that cannot be written: `audit.onFailure` decides. */
  async #unlessUnavailable(
    { auditOnFailure }: CompiledPolicy,
    { id }: InterceptionStart,
    work: () => Promise<Grant>,
  ): Promise<Grant> {
    try {
      return await work();
    } catch (error) {
      this.#logger.warn('limits not checked', { id, error: String(error) });
      if (auditOnFailure === 'allow') return UNLIMITED;
      return { kind: 'refused', refusal: REFUSALS.limitsUnavailable };
    }
  }

  async #run(
    policy: CompiledPolicy,
    { caller, providerName, request }: InterceptionStart,
    bodyBytes: number,
  ): Promise<Grant> {
    if (this.#rateLimiter === undefined) return UNLIMITED;
    const charges = rateChargesOf(policy, caller, { providerName, model: request.model });
    if (charges.length === 0) return UNLIMITED;
    const permit = await this.#rateLimiter.permit(charges, estimateTokens(bodyBytes));
    return permit.kind === 'limited'
      ? { kind: 'refused', refusal: rateRefusal(permit) }
      : { kind: 'granted', permit };
  }

  async #pay(
    policy: CompiledPolicy,
    start: InterceptionStart,
    bodyBytes: number,
    running: Allowance,
  ): Promise<Grant> {
    let hold: Awaited<ReturnType<Spending['hold']>>;
    try {
      hold = await this.#spending.hold(policy, start, bodyBytes);
    } catch (error) {
      await this.release(running, start);
      throw error;
    }
    if (hold?.kind !== 'refused') return hold === undefined ? running : { ...running, held: hold };
    await this.release(running, start);
    return hold;
  }

  #finish(permit: Permit | undefined, tokens: number): void | Promise<void> {
    return permit && this.#rateLimiter?.finish(permit, tokens);
  }

  /** The answer is with the client: what cannot be booked is told to the operator. */
  async #attempt(
    { id }: InterceptionStart,
    work: () => void | Promise<void> | undefined,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.warn('use not booked', { id, error: String(error) });
    }
  }
}
