import { fc, test as property } from '@fast-check/jest';
import { PUBLISHED_PRICES } from '../../gateway';
import { findPrice, priceUsage } from '../../gateway/price';
import type { ModelPrice } from '../../gateway/providers/model-price';

test.each<{ type: string; model: string; found: string | undefined }>([
  { type: 'anthropic', model: 'claude-opus-4-5-20251101', found: 'claude-opus-4-5' },
  { type: 'anthropic', model: 'claude-sonnet-5', found: 'claude-sonnet-5' },
  { type: 'anthropic', model: 'claude-sonnet-5-5', found: 'claude-sonnet-5-5' },
  { type: 'anthropic', model: 'claude-sonnet-5-6', found: undefined },
  { type: 'anthropic', model: 'gpt-5', found: undefined },
  { type: 'openai', model: 'gpt-5.1-codex-max', found: 'gpt-5.1' },
  { type: 'openai', model: 'gpt-5-mini-2025-08-07', found: 'gpt-5-mini' },
  { type: 'gemini', model: 'gemini-2.5-pro', found: 'gemini-2.5-pro' },
  { type: 'openai-compatible', model: 'gpt-5', found: undefined },
  { type: 'toString', model: 'gpt-5', found: undefined },
])('$type $model is priced as $found', ({ type, model, found }) => {
  expect(findPrice(PUBLISHED_PRICES, type, model)?.model).toBe(found);
});

const PRICE: ModelPrice = {
  model: 'm',
  input: 3_000_000,
  output: 15_000_000,
  cacheRead: 300_000,
  cacheWrite: 3_750_000,
  cacheWrite1h: 6_000_000,
  webSearch: 10_000,
  longPrompt: { overTokens: 1000, input: 6_000_000, output: 22_500_000 },
};
const usage = (fields: object) => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  raw: {},
  ...fields,
});

test.each<{ why: string; fields: object; microUsd: number }>([
  { why: 'nothing', fields: {}, microUsd: 0 },
  {
    why: 'all four classes',
    fields: { inputTokens: 100, outputTokens: 10, cacheReadTokens: 200, cacheWriteTokens: 40 },
    microUsd: 660,
  },
  {
    why: 'a fraction of a micro-dollar is rounded up',
    fields: { cacheReadTokens: 1 },
    microUsd: 1,
  },
  {
    why: 'hour-long cache writes',
    fields: { cacheWriteTokens: 40, raw: { cache_creation: { ephemeral_1h_input_tokens: 10 } } },
    microUsd: 173,
  },
  {
    why: 'web searches',
    fields: { raw: { server_tool_use: { web_search_requests: 3 } } },
    microUsd: 30_000,
  },
  {
    why: 'a prompt at the limit',
    fields: { inputTokens: 600, cacheReadTokens: 400 },
    microUsd: 1920,
  },
  {
    why: 'a prompt over the limit',
    fields: { inputTokens: 601, cacheReadTokens: 400, outputTokens: 2 },
    microUsd: 3771,
  },
])('$why costs $microUsd', ({ fields, microUsd }) => {
  expect(priceUsage(PRICE, usage(fields))).toBe(microUsd);
});

const tokens = fc.nat({ max: 50_000_000 });

const listed = fc.constantFrom(...Object.values(PUBLISHED_PRICES.byType).flat());

property.prop([listed, tokens, tokens, tokens, tokens])(
  'every listed model gives a whole, safe number that grows with output',
  (price, inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens) => {
    const base = { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens };
    const cost = priceUsage(price, usage(base));
    expect(Number.isSafeInteger(cost)).toBe(true);
    const more = usage({ ...base, outputTokens: outputTokens + 1_000_000 });
    expect(priceUsage(price, more)).toBeGreaterThan(cost);
  },
);
