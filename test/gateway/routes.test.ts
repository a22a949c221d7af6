import { parseGatewayRoute } from '../../gateway/routes';
import { forwardedRequestHeaders, returnedResponseHeaders } from '../../gateway/headers';
import { maskCredential, readCredentials } from '../../gateway/credentials';
import { PROVIDER_TYPES } from '../../gateway';

test.each<{ url: string; name: string | undefined; path?: string; query?: string }>([
  {
    url: '/anthropic/v1/messages?beta=true',
    name: 'anthropic',
    path: '/v1/messages',
    query: '?beta=true',
  },
  {
    url: '/api/v2/ai-gateway/eu-west/v1/messages',
    name: 'eu-west',
    path: '/v1/messages',
    query: '',
  },
  { url: '/api/v2/aibridge/anthropic', name: 'anthropic', path: '/', query: '' },
  { url: '/api/v1/records', name: undefined },
  { url: '/healthz', name: undefined },
  { url: '/anthropic/../api/v1/records', name: undefined },
  { url: '/anthropic/%2e%2e/x', name: undefined },
  { url: '/anthropic//v1', name: undefined },
  { url: '/Anthropic/v1', name: undefined },
  { url: 'http://elsewhere/anthropic/v1', name: undefined },
])('$url is for $name', ({ url, name, path, query }) => {
  const route = parseGatewayRoute(url);
  expect(route?.providerName).toBe(name);
  expect(route?.path).toBe(path);
  expect(route?.query).toBe(query);
});

test.each<{ method: string; path: string; kind: string | undefined }>([
  { method: 'POST', path: '/v1/messages', kind: 'intercepted' },
  { method: 'POST', path: '/v1/messages/count_tokens', kind: 'passed' },
  { method: 'GET', path: '/v1/models', kind: 'passed' },
  { method: 'GET', path: '/v1/models/claude-x:1', kind: 'passed' },
  { method: 'DELETE', path: '/v1/models/claude-x', kind: undefined },
  { method: 'GET', path: '/v1/models/a/b', kind: undefined },
  { method: 'POST', path: '/v1/organizations/api_keys', kind: undefined },
  { method: 'GET', path: '/v1/messages', kind: undefined },
])('anthropic $method $path is $kind', ({ method, path, kind }) => {
  expect(PROVIDER_TYPES.get('anthropic')?.endpoint(method, path)?.kind).toBe(kind);
});

test('request headers keep spelling and order; this hop, credentials and correlation go', () => {
  const raw = [
    ['Host', 'a'],
    ['X-Custom', '1'],
    ['anthropic-beta', 'x,y'],
    ['Connection', 'keep-alive, X-Hop'],
    ['X-Hop', 'gone'],
    ['X-Api-Key', 's'],
    ['AUTHORIZATION', 's'],
    ['x-goog-api-key', 's'],
    ['X-Coder-AI-Governance-Token', 's'],
    ['x-aigov-context', 's'],
    ['Transfer-Encoding', 'chunked'],
    ['Accept-Encoding', 'gzip'],
    ['x-custom', '2'],
    ['Expect', '100-continue'],
    ['Content-Length', '3'],
  ].flat();
  expect(forwardedRequestHeaders(raw)).toEqual([
    'X-Custom',
    '1',
    'anthropic-beta',
    'x,y',
    'Accept-Encoding',
    'gzip',
    'x-custom',
    '2',
  ]);
});

test('answer headers keep everything but this hop', () => {
  const raw = [
    'Request-Id',
    'r',
    'Keep-Alive',
    'timeout=5',
    'Set-Cookie',
    'a',
    'Set-Cookie',
    'b',
    'Content-Length',
    '2',
  ];
  expect(returnedResponseHeaders(raw.map((text) => Buffer.from(text)))).toEqual([
    'Request-Id',
    'r',
    'Set-Cookie',
    'a',
    'Set-Cookie',
    'b',
    'Content-Length',
    '2',
  ]);
});

test.each<{ why: string; headers: Record<string, string>; tokens: string[]; ownKey?: object }>([
  { why: 'bearer', headers: { authorization: 'Bearer t' }, tokens: ['t'] },
  {
    why: 'the same token twice',
    headers: { authorization: 'bearer t', 'x-api-key': 't' },
    tokens: ['t'],
  },
  { why: 'two tokens', headers: { 'x-goog-api-key': 'g', 'x-api-key': 't' }, tokens: ['t', 'g'] },
  { why: 'basic is none', headers: { authorization: 'Basic dDp0' }, tokens: [] },
  {
    why: 'own key beside ours; x-api-key wins',
    headers: { 'x-coder-ai-governance-token': 't', authorization: 'Bearer k1', 'x-api-key': 'k2' },
    tokens: ['t'],
    ownKey: { header: 'x-api-key', value: 'k2' },
  },
])('credentials: $why', ({ headers, tokens, ownKey }) => {
  expect(readCredentials(headers)).toEqual({ tokens, ...(ownKey ? { ownKey } : {}) });
});

test.each([
  ['abcd', '…'],
  ['abcde', 'a…e'],
  ['0123456789', '01…89'],
  ['01234567890123456789', '0123…6789'],
])('%s is shown as %s', (secret, hint) => {
  expect(maskCredential(secret)).toBe(hint);
});
