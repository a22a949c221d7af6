import type { ModelPrice, TokenRates } from './providers/model-price';
import { ANTHROPIC_PRICES } from './providers/anthropic/pricing';
import { GEMINI_PRICES } from './providers/gemini/pricing';
import { OPENAI_PRICES } from './providers/openai-chat/pricing';
import { asCount, asObject } from './providers/read-json';
import type { TokenUsage } from './providers/wire-format';

/** A dated price list, so that a record says what it was priced with. */
export interface PriceTable {
  /** `YYYY-MM-DD`. */
  readonly version: string;
  /** By provider type. A type that is missing has no prices. */
  readonly byType: Readonly<Record<string, readonly ModelPrice[]>>;
}

/** List prices. Azure sells OpenAI's models at OpenAI's prices; what other vendors ask is not known here. */
export const PUBLISHED_PRICES: PriceTable = {
  version: '2026-11-20',
  byType: {
    anthropic: ANTHROPIC_PRICES,
    openai: OPENAI_PRICES,
    azure: OPENAI_PRICES,
    gemini: GEMINI_PRICES,
  },
};

/** What may follow a listed id: a variant sold at the same price, then a date. */
const TAIL =
  /^(?:-(?:codex|chat|latest|preview|max))*(?:[-@](?:\d{8}|\d{4}-\d\d-\d\d|\d\d-\d{4}|\d{3,4}))?$/;

/** The price of a model, by its longest listed id. Undefined: not listed, so what it costs is not known. */
export function findPrice(table: PriceTable, type: string, model: string): ModelPrice | undefined {
  const prices = Object.hasOwn(table.byType, type) ? table.byType[type] : undefined;
  const spelled = spell(model);
  let best: ModelPrice | undefined;
  for (const price of prices ?? []) {
    const id = spell(price.model);
    const isIt = spelled.startsWith(id) && TAIL.test(spelled.slice(id.length));
    if (isIt && id.length > (best?.model.length ?? 0)) best = price;
  }
  return best;
}

function spell(model: string): string {
  return model.toLowerCase().replaceAll('.', '-');
}

/** Cost of one answer in whole micro-USD, rounded up. */
export function priceUsage(price: ModelPrice, usage: TokenUsage): number {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const rates = ratesFor(price, inputTokens + cacheReadTokens + cacheWriteTokens);
  const hourTokens = Math.min(cacheWriteTokens, hourCacheTokens(usage));
  const input = rates.input ?? price.input;
  const cacheWrite = rates.cacheWrite ?? input;
  const millionths =
    inputTokens * input +
    outputTokens * (rates.output ?? price.output) +
    cacheReadTokens * (rates.cacheRead ?? input) +
    (cacheWriteTokens - hourTokens) * cacheWrite +
    hourTokens * (rates.cacheWrite1h ?? cacheWrite);
  return Math.ceil(millionths / 1e6) + webSearches(usage) * (price.webSearch ?? 0);
}

function ratesFor(price: ModelPrice, promptTokens: number): TokenRates {
  const { longPrompt } = price;
  const isLong = longPrompt !== undefined && promptTokens > longPrompt.overTokens;
  return isLong ? { ...price, ...longPrompt } : price;
}

/** Anthropic tells hour-long cache writes apart from five-minute ones. */
function hourCacheTokens({ raw }: TokenUsage): number {
  return asCount(asObject(raw['cache_creation'])?.['ephemeral_1h_input_tokens']);
}

function webSearches({ raw }: TokenUsage): number {
  return asCount(asObject(raw['server_tool_use'])?.['web_search_requests']);
}
