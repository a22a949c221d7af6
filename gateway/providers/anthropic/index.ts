import type { Endpoint, ProviderType, WireFormat } from '../wire-format';
import { MessagesStreamGuard, guardResponse } from './guard';
import { readRequest } from './request';
import { readResponse, renderRefusal } from './response';
import { MessagesStreamReader } from './stream';

/** Anthropic Messages. */
export const anthropicMessages: WireFormat = {
  name: 'anthropic-messages',
  readRequest,
  readResponse,
  guardResponse,
  createStreamGuard: (judge) => new MessagesStreamGuard(judge),
  createStreamReader: () => new MessagesStreamReader(),
  renderRefusal,
};

const MODEL = /^\/v1\/models(?:\/[\w.:@-]+)?$/;

function endpoint(method: string, path: string): Endpoint | undefined {
  if (method === 'POST' && path === '/v1/messages')
    return { kind: 'intercepted', route: path, format: anthropicMessages };
  if (method === 'POST' && path === '/v1/messages/count_tokens')
    return { kind: 'passed', route: path };
  if (method === 'GET' && MODEL.test(path)) return { kind: 'passed', route: '/v1/models' };
  return undefined;
}

/** The base URL has no `/v1`: clients add it (reference: Coder's and the SDK's habit alike). */
export const anthropic: ProviderType = {
  type: 'anthropic',
  endpoint,
  upstreamPath: (basePath, path) => `${basePath}${path}`,
  keyHeader: (key) => ['x-api-key', key],
  defaultFormat: anthropicMessages,
};
