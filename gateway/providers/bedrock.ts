import { anthropicMessages } from './anthropic';
import { bedrockConverse } from './bedrock-converse';
import { bedrockInvoke } from './bedrock-invoke';
import { isTokenCount, modelOfPath } from './bedrock-path';
import { openaiChat } from './openai-chat';
import { openaiResponses } from './openai-responses';
import type { Endpoint, ProviderType } from './wire-format';

/** Other vendors' APIs on the same host, by the path clients of those vendors use. */
const FOREIGN: Readonly<Record<string, Endpoint>> = {
  '/anthropic/v1/messages': {
    kind: 'intercepted',
    route: '/v1/messages',
    format: anthropicMessages,
  },
  '/anthropic/v1/messages/count_tokens': { kind: 'passed', route: '/v1/messages/count_tokens' },
  '/openai/v1/chat/completions': {
    kind: 'intercepted',
    route: '/v1/chat/completions',
    format: openaiChat,
  },
  '/openai/v1/responses': { kind: 'intercepted', route: '/v1/responses', format: openaiResponses },
};

function endpoint(method: string, path: string): Endpoint | undefined {
  if (method !== 'POST') return undefined;
  if (isTokenCount(path)) return { kind: 'passed', route: '/model/*/count-tokens' };
  const asked = modelOfPath(path);
  if (asked === undefined) {
    const foreign = withVendor(path);
    return Object.hasOwn(FOREIGN, foreign) ? FOREIGN[foreign] : undefined;
  }
  const format = asked.method.startsWith('converse') ? bedrockConverse : bedrockInvoke;
  return { kind: 'intercepted', route: `/model/*/${asked.method}`, format };
}

/** Where Bedrock has another vendor's path: below the vendor's name. */
function withVendor(path: string): string {
  if (path.startsWith('/v1/messages')) return `/anthropic${path}`;
  return path.startsWith('/v1/') ? `/openai${path}` : path;
}

/**
 * Amazon Bedrock's runtime, `https://bedrock-runtime.REGION.amazonaws.com`: its own APIs, and those of Anthropic and
 * OpenAI that it serves below `/anthropic` and `/openai` (docs.aws.amazon.com, Messages API, read 2026-11-28). Keys are
 * Bedrock API keys; without any, requests are signed.
 */
export const bedrock: ProviderType = {
  type: 'bedrock',
  endpoint,
  upstreamPath: (basePath, path) => `${basePath}${withVendor(path)}`,
  keyHeader: (key) => ['authorization', `Bearer ${key}`],
  defaultFormat: bedrockConverse,
};
