import {
  AigovErrors,
  compilePolicy,
  decideNetwork,
  type Decision,
  type NetworkDocument,
} from '../../policy';

/**
 * The rule examples of Coder's docs (Agent Firewall, rules engine; read 2026-11-21). Both dialects must agree on all of
 * them; where docs and engine differ the engine (coder/boundary a549a7c) is right.
 */
interface Example {
  readonly rule: string;
  readonly url: string;
  readonly method?: string;
  readonly effect: Decision['effect'];
}

const API = 'https://api.example.com';

const EXAMPLES: readonly Example[] = [
  {
    rule: 'domain=github.com',
    url: 'https://github.com/any/path',
    method: 'DELETE',
    effect: 'allow',
  },
  { rule: 'domain=github.com', url: 'https://api.github.com/', effect: 'deny' },
  { rule: 'domain=github.com', url: 'https://v1.api.github.com/', effect: 'deny' },
  { rule: 'domain=github.com', url: 'https://github.io/', effect: 'deny' },
  { rule: 'domain=*.github.com', url: 'https://api.github.com/', effect: 'allow' },
  { rule: 'domain=*.github.com', url: 'https://v1.api.github.com/', effect: 'allow' },
  { rule: 'domain=*.github.com', url: 'https://github.com/', effect: 'deny' },
  { rule: 'domain=*', url: 'https://anything.example/', effect: 'allow' },
  { rule: 'domain=api.*.com', url: 'https://api.github.com/', effect: 'allow' },
  { rule: 'domain=api.*.com', url: 'https://api.google.com/', effect: 'allow' },
  { rule: 'domain=api.*.com', url: 'https://api.v1.github.com/', effect: 'deny' },
  { rule: 'domain=*.*.com', url: 'https://api.example.com/', effect: 'allow' },
  { rule: 'domain=*.*.com', url: 'https://api.v1.github.com/', effect: 'allow' },
  { rule: 'domain=*.*.com', url: 'https://example.com/', effect: 'deny' },
  {
    rule: 'method=GET,POST domain=api.example.com',
    url: `${API}/x`,
    method: 'POST',
    effect: 'allow',
  },
  {
    rule: 'method=GET,POST domain=api.example.com',
    url: `${API}/x`,
    method: 'PUT',
    effect: 'deny',
  },
  { rule: 'method=*', url: `${API}/x`, method: 'PATCH', effect: 'allow' },
  {
    rule: 'method=GET,HEAD domain=api.github.com',
    url: 'https://api.github.com/',
    method: 'HEAD',
    effect: 'allow',
  },
  {
    rule: 'method=GET,HEAD domain=api.github.com',
    url: 'https://api.github.com/',
    method: 'POST',
    effect: 'deny',
  },
  { rule: 'domain=api.example.com path=/users,/posts', url: `${API}/posts`, effect: 'allow' },
  { rule: 'domain=api.example.com path=/users,/posts', url: `${API}/comments`, effect: 'deny' },
  {
    rule: 'method=GET domain=github.com path=/api/*',
    url: 'https://github.com/api/v1',
    effect: 'allow',
  },
  {
    rule: 'method=GET domain=github.com path=/api/*',
    url: 'https://github.com/api/v1',
    method: 'POST',
    effect: 'deny',
  },
  {
    rule: 'method=GET domain=github.com path=/api/*',
    url: 'https://gitlab.com/api/v1',
    effect: 'deny',
  },
  { rule: 'path=*', url: `${API}/a/b/c`, effect: 'allow' },
  { rule: 'path=/api/users', url: `${API}/api/users`, effect: 'allow' },
  { rule: 'path=/api/users', url: `${API}/api/users/123`, effect: 'deny' },
  { rule: 'path=/api/*', url: `${API}/api/posts`, effect: 'allow' },
  { rule: 'path=/api/*', url: `${API}/api`, effect: 'deny' },
  { rule: 'path=/api/*/users', url: `${API}/api/v1/users`, effect: 'allow' },
  { rule: 'path=/api/*/users', url: `${API}/api/users`, effect: 'deny' },
  { rule: 'path=/api/*/users', url: `${API}/api/v1/v2/users`, effect: 'deny' },
  { rule: 'path=/*/users', url: `${API}/v1/users`, effect: 'allow' },
  { rule: 'path=/*/users', url: `${API}/api/v1/users`, effect: 'deny' },
  { rule: 'path=/api/v1/*', url: `${API}/api/v1/users/123/details`, effect: 'allow' },
  { rule: 'path=/api/v1/*', url: `${API}/api/v1`, effect: 'deny' },
  { rule: 'domain=api.example.com path=/api,/api/*', url: `${API}/api`, effect: 'allow' },
  { rule: 'domain=api.example.com path=/api,/api/*', url: `${API}/api/x`, effect: 'allow' },
  {
    rule: 'method=POST domain=tasks.internal.example.com path=/run',
    url: 'https://tasks.internal.example.com/run',
    method: 'POST',
    effect: 'allow',
  },
];

function policyOf(compat: NonNullable<NetworkDocument['compat']>, rule: string) {
  return compilePolicy([
    { apiVersion: 'aigov/v1', name: 'docs', network: { compat, allow: [rule] } },
  ]);
}

describe.each(['boundary', 'strict'] as const)('%s', (compat) => {
  test.each(EXAMPLES)('$effect $rule for $url', ({ rule, url, method = 'GET', effect }) => {
    expect(decideNetwork(policyOf(compat, rule), { method, url }).effect).toBe(effect);
  });

  test.each([
    'domain=api.*',
    'domain=a.com,b.com',
    ' domain=x',
    'path=/api/v1/*,/api/v2/*',
    'method=',
    'Domain=x',
    'domain=x:443',
    'domain=-x',
    'domain=x_y',
    'domain=x.',
    'path=/a b',
  ])('%s is no rule, whatever docs say', (rule) => {
    expect(() => policyOf(compat, rule)).toThrow(AigovErrors);
  });
});
