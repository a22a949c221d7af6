import type { CompiledPolicy, RateLimitDocument } from '../../policy';
import type { Caller } from '../admission';
import type { Refusal, TokenUsage } from '../providers/wire-format';
import { subjectsOf, type RequestTarget } from '../subjects';

/** What a limit counts; the names are the policy's. */
export type RateMeasure = 'requestsPerMinute' | 'tokensPerMinute' | 'concurrent';

/** One rate limit a request counts against. */
export interface RateCharge extends Omit<RateLimitDocument, 'scope'> {
  /** Whose use: scope and subject, such as `user:alice`. */
  readonly account: string;
}

/** Leave for one request to run. */
export interface Permit {
  readonly kind: 'permitted';
  readonly id: string;
  readonly accounts: readonly string[];
}

/** One limit that has no room for another request. */
export interface RateRefusal {
  readonly kind: 'limited';
  readonly account: string;
  readonly measure: RateMeasure;
  readonly limit: number;
  readonly retryAfterSeconds: number;
}

/** Counts use, in one process or in all that share a database. */
export interface RateLimiter {
  /** Lets a request run under all of its limits, or counts it under none. `tokens` is an estimate, held until it ends. */
  permit(
    charges: readonly RateCharge[],
    tokens: number,
  ): Permit | RateRefusal | Promise<Permit | RateRefusal>;
  /** The request is over, however it ended; `tokens` is what it did use. */
  finish(permit: Permit, tokens: number): void | Promise<void>;
}

/** Seconds after which a minute's window has forgotten a request, whole seconds only. */
export const WINDOW_SECONDS = 60;
/** When a running request ends is unknown; in this time most have. */
export const CONCURRENT_RETRY_SECONDS = 5;

/** The rate limits a request counts against. One whose subject is unknown here, such as a task's, does not apply. */
export function rateChargesOf(
  policy: CompiledPolicy,
  caller: Caller,
  target: RequestTarget,
): readonly RateCharge[] {
  return (policy.effective.rateLimits ?? []).flatMap(({ scope, ...limits }) =>
    subjectsOf(scope, caller, target).map((subject) => ({
      ...limits,
      account: `${scope}:${subject}`,
    })),
  );
}

/** Bytes of a request one token stands for, before the provider has counted. */
const BYTES_PER_TOKEN = 4;

export function estimateTokens(bodyBytes: number): number {
  return Math.ceil(bodyBytes / BYTES_PER_TOKEN);
}

/** Tokens that count: what was read from the prompt cache does not, as in the providers' own limits. */
export function countedTokens(usage: TokenUsage | undefined): number {
  if (usage === undefined) return 0;
  return usage.inputTokens + usage.cacheWriteTokens + usage.outputTokens;
}

/** The first measure without room for one more request of `tokens`. A request of more tokens than the limit goes when nothing else does. */
export function fullMeasure(
  charge: RateCharge,
  used: { readonly requests: number; readonly tokens: number; readonly concurrent: number },
  tokens: number,
): RateMeasure | undefined {
  const { requestsPerMinute, tokensPerMinute, concurrent } = charge;
  if (concurrent !== undefined && used.concurrent >= concurrent) return 'concurrent';
  if (requestsPerMinute !== undefined && used.requests >= requestsPerMinute)
    return 'requestsPerMinute';
  if (tokensPerMinute === undefined) return undefined;
  const isOver =
    tokensPerMinute === 0 || (used.tokens > 0 && used.tokens + tokens > tokensPerMinute);
  return isOver ? 'tokensPerMinute' : undefined;
}

const WHAT: Readonly<Record<RateMeasure, string>> = {
  requestsPerMinute: 'requests a minute',
  tokensPerMinute: 'tokens a minute',
  concurrent: 'requests at once',
};

/** A limit of none is a prohibition: trying again never helps. */
export function rateRefusal({ account, measure, limit, retryAfterSeconds }: RateRefusal): Refusal {
  const rule = `${account} may use ${limit} ${WHAT[measure]}`;
  if (limit === 0)
    return {
      status: 403,
      code: 'RATE_LIMITED',
      message: `${rule}: nothing is allowed. Ask the owner of the policy to raise ${measure}`,
      isRetryable: false,
    };
  return {
    status: 429,
    code: 'RATE_LIMITED',
    message: `${rule}, and has. Try again in ${retryAfterSeconds} s`,
    isRetryable: true,
    retryAfterSeconds,
  };
}
