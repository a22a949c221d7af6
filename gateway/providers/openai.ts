import { openaiChat } from './openai-chat';
import { openaiResponses } from './openai-responses';
import type { Endpoint, ProviderType } from './wire-format';

const SEGMENT = '[\\w.:@-]+';

/** Endpoints let through unread. What manages the account (files, batches, keys, fine-tuning) is not among them. */
const PASSED: readonly {
  readonly methods: readonly string[];
  readonly path: RegExp;
  readonly route: string;
}[] = [
  { methods: ['GET'], path: new RegExp(`^/models(?:/${SEGMENT})*$`), route: '/models' },
  { methods: ['POST'], path: /^\/embeddings$/, route: '/embeddings' },
  {
    methods: ['GET', 'DELETE'],
    path: new RegExp(`^/responses/${SEGMENT}$`),
    route: '/responses/*',
  },
  { methods: ['POST'], path: new RegExp(`^/responses/${SEGMENT}/cancel$`), route: '/responses/*' },
  {
    methods: ['GET'],
    path: new RegExp(`^/responses/${SEGMENT}/input_items$`),
    route: '/responses/*',
  },
  { methods: ['POST'], path: /^\/responses\/(?:compact|input_tokens)$/, route: '/responses/*' },
  {
    methods: ['GET', 'POST', 'DELETE'],
    path: new RegExp(`^/conversations(?:/${SEGMENT})*$`),
    route: '/conversations/*',
  },
];

/** Clients add `/v1` or leave it out; the provider's base URL says what its API wants. */
function withoutVersion(path: string): string {
  return path.startsWith('/v1/') ? path.slice('/v1'.length) : path;
}

function endpoint(method: string, path: string): Endpoint | undefined {
  const bare = withoutVersion(path);
  if (method === 'POST' && bare === '/chat/completions')
    return { kind: 'intercepted', route: '/v1/chat/completions', format: openaiChat };
  if (method === 'POST' && bare === '/responses')
    return { kind: 'intercepted', route: '/v1/responses', format: openaiResponses };
  const passed = PASSED.find(
    ({ methods, path: form }) => methods.includes(method) && form.test(bare),
  );
  return passed && { kind: 'passed', route: `/v1${passed.route}` };
}

/** OpenAI and the vendors that speak its APIs. The base URL includes `/v1`. */
export const openai: ProviderType = {
  type: 'openai',
  endpoint,
  upstreamPath: (basePath, path) => `${basePath}${withoutVersion(path)}`,
  keyHeader: (key) => ['authorization', `Bearer ${key}`],
  defaultFormat: openaiChat,
};

export const openaiCompatible: ProviderType = { ...openai, type: 'openai-compatible' };

/** Azure OpenAI's v1 API: `https://RESOURCE.openai.azure.com/openai/v1`. */
export const azure: ProviderType = {
  ...openai,
  type: 'azure',
  keyHeader: (key) => ['api-key', key],
};
