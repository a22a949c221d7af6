import type { CompiledPolicy } from './compile';
import { retentionHours } from './compose';
import type { Decision } from './decision';
import type {
  BudgetDocument,
  BudgetPeriod,
  BudgetScope,
  ContentDocument,
  ContentHandling,
  ContentKind,
  RateLimitDocument,
  RetentionKind,
} from './document';

type Policy = Pick<CompiledPolicy, 'effective'>;

/** The budgets of a scope, strictest last word per period. */
export function budgetsFor(
  { effective }: Policy,
  scope: BudgetScope,
): readonly Required<BudgetDocument>[] {
  return (effective.budgets ?? [])
    .filter((budget) => budget.scope === scope)
    .map((budget) => ({ period: 'total', onExceed: 'block', ...budget }));
}

/** Spend so far, of one subject of the scope. US dollars. */
export interface BudgetRequest {
  readonly scope: BudgetScope;
  /** @default 'total' */
  readonly period?: BudgetPeriod;
  readonly spentUsd: number;
  /** Reserved for requests under way, the asked-for one included. @default 0 */
  readonly reservedUsd?: number;
}

/** Decides whether a reservation still fits the scope's budget. Pure. */
export function decideBudget(policy: Policy, request: BudgetRequest): Decision {
  const { scope, period = 'total', spentUsd, reservedUsd = 0 } = request;
  const budgets = budgetsFor(policy, scope).filter((budget) => budget.period === period);
  const exceeded = budgets.filter(({ limitUsd }) => spentUsd + reservedUsd > limitUsd);
  const rule = (limitUsd: number) => `${scope} ${period} ${limitUsd} USD`;
  const block = exceeded.find(({ onExceed }) => onExceed === 'block');
  if (block) {
    const remedy = `Wait for the next period, or raise limitUsd of scope "${scope}" in budgets.`;
    return { effect: 'deny', reason: 'over_budget', rule: rule(block.limitUsd), remedy };
  }
  const [warn] = exceeded;
  if (warn) return { effect: 'allow', reason: 'monitored', rule: rule(warn.limitUsd) };
  return { effect: 'allow', reason: budgets.length > 0 ? 'no_rule_denies' : 'unrestricted' };
}

/** The rate limits of a scope, or undefined when there are none. */
export function rateLimitFor(
  { effective }: Policy,
  scope: BudgetScope,
): RateLimitDocument | undefined {
  return effective.rateLimits?.find((limit) => limit.scope === scope);
}

/** Use of one subject of the scope, the asked-for request included. */
export interface RateRequest {
  readonly scope: BudgetScope;
  /** Requests started in the last minute. */
  readonly requests?: number;
  /** Tokens of the last minute. */
  readonly tokens?: number;
  /** Requests in flight. */
  readonly concurrent?: number;
}

/** Decides whether a request still fits the scope's rate limits. Pure. */
export function decideRate(
  policy: Policy,
  { scope, requests = 0, tokens = 0, concurrent = 0 }: RateRequest,
): Decision {
  const limit = rateLimitFor(policy, scope);
  if (!limit) return { effect: 'allow', reason: 'unrestricted' };
  const used = { requestsPerMinute: requests, tokensPerMinute: tokens, concurrent };
  for (const [key, value] of Object.entries(used)) {
    const most = limit[key as keyof typeof used];
    if (most !== undefined && value > most) {
      const remedy = `Try again in a minute, or raise ${key} of scope "${scope}" in rateLimits.`;
      return { effect: 'deny', reason: 'rate_limited', rule: `${scope} ${key} ${most}`, remedy };
    }
  }
  return { effect: 'allow', reason: 'no_rule_denies' };
}

/** System prompts repeat and tool results are whole files: their hash tells them apart. */
const DEFAULT_HANDLING: Readonly<Record<ContentKind, ContentHandling>> = {
  prompts: 'store',
  systemPrompt: 'hash',
  outputs: 'store',
  toolArguments: 'store',
  toolResults: 'hash',
  reasoning: 'store',
};

/** What is kept of a kind of content. @default 'hash' for system prompts and tool results, else 'store' */
export function contentHandling(
  content: ContentDocument | undefined,
  kind: ContentKind,
): ContentHandling {
  return content?.[kind] ?? DEFAULT_HANDLING[kind];
}

/** How long records of a kind are kept, in hours; undefined means for ever. */
export function retentionHoursOf({ effective }: Policy, kind: RetentionKind): number | undefined {
  const text = effective.retention?.[kind];
  return text === undefined ? undefined : retentionHours(text);
}
