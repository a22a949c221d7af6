import type { BudgetDocument, CompiledPolicy } from '../policy';
import type { Caller } from './admission';
import { priceUsage } from './price';
import type { ModelPrice } from './providers/model-price';
import type { Refusal, RequestFacts } from './providers/wire-format';
import { subjectsOf, type RequestTarget } from './subjects';
import type { TappedFacts } from './tap';

/** One budget a request counts against. */
export interface BudgetCharge {
  /** Whose money: scope, subject and period, such as `user:alice:month:2026-11`. */
  readonly account: string;
  readonly limitMicroUsd: number;
  readonly onExceed: 'block' | 'warn';
}

export type Reservation =
  | {
      readonly kind: 'reserved';
      readonly id: string;
      /** All accounts charged. */
      readonly accounts: readonly string[];
      /** Accounts over their limit that only warn. */
      readonly exceeded: readonly string[];
    }
  /** Spent already: only the next period, or a higher limit, helps. */
  | { readonly kind: 'exceeded'; readonly account: string; readonly remainingMicroUsd: number }
  /** Requests still running may use up what is left; another try can succeed. */
  | { readonly kind: 'reserved_by_others'; readonly account: string };

export type Reserved = Extract<Reservation, { kind: 'reserved' }>;

/** Keeps accounts so that requests running at once cannot overshoot a limit together. */
export interface Budgets {
  /** Sets the most a request can cost aside, in all its accounts or none. */
  reserve(charges: readonly BudgetCharge[], microUsd: number): Reservation | Promise<Reservation>;
  /** Books what it did cost and frees the rest. */
  settle(reservation: Reserved, microUsd: number): void | Promise<void>;
}

/** Output tokens a request may cost at most when neither it nor policy says. */
const MAX_OUTPUT_TOKENS = 128_000;

/** The accounts a request counts against. A budget whose subject is unknown here, such as a task's, does not apply. */
export function chargesOf(
  policy: CompiledPolicy,
  caller: Caller,
  target: RequestTarget,
  now: Date,
): readonly BudgetCharge[] {
  return (policy.effective.budgets ?? []).flatMap((budget) => {
    const period = periodOf(budget.period ?? 'total', now);
    return subjectsOf(budget.scope, caller, target).map((subject) => ({
      account: `${budget.scope}:${subject}:${period}`,
      limitMicroUsd: Math.round(budget.limitUsd * 1e6),
      onExceed: budget.onExceed ?? 'block',
    }));
  });
}

/** Periods begin at midnight UTC; weeks on Monday, named after that day. */
function periodOf(period: NonNullable<BudgetDocument['period']>, now: Date): string {
  const day = now.toISOString().slice(0, 10);
  switch (period) {
    case 'total':
      return 'total';
    case 'day':
      return `day:${day}`;
    case 'month':
      return `month:${day.slice(0, 7)}`;
    case 'week': {
      const monday = new Date(now.getTime() - ((now.getUTCDay() + 6) % 7) * 86_400_000);
      return `week:${monday.toISOString().slice(0, 10)}`;
    }
  }
}

/** The most a request can cost: each byte of its body a token, at the dearest rate, and all the output it allows. */
export function upperBound(
  price: ModelPrice,
  facts: RequestFacts,
  bodyBytes: number,
  policyMaxOutputTokens: number | undefined,
): number {
  const limits = [facts.maxOutputTokens, policyMaxOutputTokens].filter(
    (limit) => limit !== undefined,
  );
  const outputTokens = Math.min(MAX_OUTPUT_TOKENS, ...limits);
  const none = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens, raw: {} };
  const fresh = { ...none, inputTokens: bodyBytes };
  const raw = { cache_creation: { ephemeral_1h_input_tokens: bodyBytes } };
  const written = { ...none, cacheWriteTokens: bodyBytes, raw };
  return Math.max(priceUsage(price, fresh), priceUsage(price, written));
}

/** Characters of output one token stands for when the count never came. Low, so that the estimate is not under. */
const CHARACTERS_PER_TOKEN = 3;

/** What an answer is booked at. Without its last usage event it is estimated; a good status without any usage costs the whole reservation. */
export function bookedCost(
  price: ModelPrice,
  status: number | undefined,
  response: TappedFacts | undefined,
  reservedMicroUsd: number,
): number {
  if (status === undefined || status >= 400) return 0;
  if (response?.usage === undefined) return reservedMicroUsd;
  const { usage } = response;
  if (response.isComplete) return priceUsage(price, usage);
  const tools = response.toolCalls.map((call) => call.arguments).join('');
  const characters = response.output.length + response.reasoning.length + tools.length;
  const outputTokens = Math.max(usage.outputTokens, Math.ceil(characters / CHARACTERS_PER_TOKEN));
  return Math.min(reservedMicroUsd, priceUsage(price, { ...usage, outputTokens }));
}

export function unpricedRefusal(model: string): Refusal {
  return {
    status: 403,
    code: 'BUDGET_MODEL_UNPRICED',
    message: `a budget applies, and what model ${JSON.stringify(model)} costs is not known. Use a listed model, or ask for its price to be set`,
    isRetryable: false,
  };
}

export function budgetRefusal(reservation: Exclude<Reservation, { kind: 'reserved' }>): Refusal {
  const { account } = reservation;
  if (reservation.kind === 'reserved_by_others')
    return {
      status: 429,
      code: 'BUDGET_RESERVED',
      message: `requests still running may use up budget ${account}; try again when they are done`,
      isRetryable: true,
    };
  const remaining = (Math.max(0, reservation.remainingMicroUsd) / 1e6).toFixed(2);
  return {
    status: 403,
    code: 'BUDGET_EXCEEDED',
    message: `budget ${account} has US$${remaining} left, less than this request can cost. Ask its owner to raise it`,
    isRetryable: false,
  };
}
