import {
  budgetsFor,
  compilePolicy,
  contentHandling,
  decideAddress,
  decideBudget,
  decideFile,
  decideHost,
  decideModel,
  decideNetwork,
  decideRate,
  decideTcp,
  decideTool,
  isTlsPassthrough,
  retentionHoursOf,
  type CompiledPolicy,
  type Decision,
  type PolicyDocument,
} from '../../policy';

function compile(
  ...layers: readonly Omit<PolicyDocument, 'apiVersion' | 'name'>[]
): CompiledPolicy {
  return compilePolicy(
    layers.map((layer, at) => ({ apiVersion: 'aigov/v1', name: `layer${at}`, ...layer })),
  );
}

interface Case {
  readonly decision: Decision;
  readonly expected: Decision['reason'];
  readonly why: string;
}

const network = compile(
  {
    network: {
      allow: ['domain=*.corp.example', 'method=GET domain=part.example'],
      deny: ['domain=secret.corp.example', 'domain=git.corp.example path=/evil'],
      ceiling: ['domain=*.corp.example'],
      tcp: ['db.corp.example:5432', 'git.corp.example:22'],
      tls: { passthrough: ['pinned.corp.example', 'part.example'] },
      privateAddresses: ['10.20.0.0/16'],
      ports: [{ domain: '*.corp.example', allow: [443, '8000-8099'] }],
    },
  },
  {
    network: {
      allow: ['domain=pastebin.com'],
      tcp: ['x.corp.example:22', 'pastebin.com:22'],
      privateAddresses: ['127.0.0.1'],
    },
  },
);
const get = (url: string) => decideNetwork(network, { method: 'GET', url });
const rest = compile(
  {
    files: {
      writable: ['$WORKDIR', '/tmp'],
      readOnly: ['$WORKDIR/.git/hooks'],
      hidden: ['~/.ssh'],
    },
    models: { allow: ['anthropic/claude-*'], deny: ['*/o1-*'], ceiling: ['anthropic/*'] },
    tools: { deny: ['WebFetch'], shell: 'guard' },
    mcpServers: { allow: ['github'], tools: { github: { deny: ['delete_*'] } } },
    budgets: [
      { scope: 'user', period: 'month', limitUsd: 200 },
      { scope: 'task', limitUsd: 10, onExceed: 'warn' },
    ],
    rateLimits: [{ scope: 'user', requestsPerMinute: 60 }],
    content: { outputs: 'hash' },
    retention: { egress: '2w' },
  },
  {
    models: { allow: ['openai/*'] },
    budgets: [{ scope: 'user', period: 'month', limitUsd: 50 }],
    rateLimits: [{ scope: 'user', concurrent: 2 }],
  },
);
const file = (op: 'read' | 'write', path: string) =>
  decideFile(rest, { op, path, home: '/home/u', workdir: '/srv' });
const model = (provider: string, name: string) => decideModel(rest, { provider, model: name });

test.each<Case>([
  {
    decision: get('https://a.corp.example:8080/'),
    expected: 'rule_matched',
    why: 'port in the range',
  },
  {
    decision: get('http://a.corp.example/'),
    expected: 'port_not_allowed',
    why: 'port 80 by the scheme',
  },
  {
    decision: get('https://secret.corp.example/'),
    expected: 'denied_by_rule',
    why: 'deny before allow',
  },
  {
    decision: get('https://pastebin.com/'),
    expected: 'outside_ceiling',
    why: 'granted below a ceiling',
  },
  { decision: get('https://other.example/'), expected: 'no_rule_matched', why: 'nobody grants it' },
  {
    decision: decideTcp(network, { host: 'db.corp.example', port: 5432 }),
    expected: 'rule_matched',
    why: 'named host and port',
  },
  {
    decision: decideTcp(network, { host: 'db.corp.example', port: 22 }),
    expected: 'no_rule_matched',
    why: 'another port',
  },
  {
    decision: decideTcp(network, { host: 'git.corp.example', port: 22 }),
    expected: 'denied_by_rule',
    why: 'a deny of a part forbids what cannot be seen',
  },
  {
    decision: decideTcp(network, { host: 'x.corp.example', port: 22 }),
    expected: 'rule_matched',
    why: 'below, within the ceiling',
  },
  {
    decision: decideTcp(network, { host: 'pastebin.com', port: 22 }),
    expected: 'outside_ceiling',
    why: 'below, outside the ceiling',
  },
  {
    decision: decideHost(network, { host: 'part.example' }),
    expected: 'rule_matched',
    why: 'a part of the host is granted',
  },
  {
    decision: decideHost(network, { host: 'pastebin.com' }),
    expected: 'no_rule_matched',
    why: 'cut by the ceiling',
  },
  {
    decision: decideAddress(network, { host: 'h', address: '10.20.1.1' }),
    expected: 'no_rule_denies',
    why: 'a named range',
  },
  {
    decision: decideAddress(network, { host: 'h', address: '10.21.1.1' }),
    expected: 'private_address',
    why: 'beside it',
  },
  {
    decision: decideAddress(network, { host: 'h', address: '127.0.0.1' }),
    expected: 'private_address',
    why: 'named only below a ceiling',
  },
  {
    decision: decideAddress(network, { host: 'h', address: '::ffff:169.254.169.254' }),
    expected: 'private_address',
    why: 'metadata in disguise',
  },
  {
    decision: decideAddress(network, { host: 'h', address: '64:ff9b::7f00:1' }),
    expected: 'private_address',
    why: 'loopback through NAT64',
  },
  {
    decision: decideAddress(network, { host: 'h', address: '1.1.1.1' }),
    expected: 'no_rule_denies',
    why: 'public',
  },
  { decision: file('write', 'src/a'), expected: 'rule_matched', why: 'relative to the project' },
  {
    decision: file('write', '/srv/../etc/passwd'),
    expected: 'path_not_writable',
    why: 'dots are resolved',
  },
  {
    decision: file('write', '/srv/.git/hooks/x'),
    expected: 'path_not_writable',
    why: 'read only wins',
  },
  { decision: file('read', '/home/u/.ssh/id'), expected: 'path_hidden', why: 'hidden' },
  {
    decision: file('read', '/home/u/.sshx'),
    expected: 'no_rule_denies',
    why: 'merely begins alike',
  },
  { decision: model('anthropic', 'claude-x'), expected: 'rule_matched', why: 'allowed' },
  { decision: model('openai', 'gpt'), expected: 'outside_ceiling', why: 'granted below a ceiling' },
  { decision: model('google', 'gemini'), expected: 'model_not_allowed', why: 'nobody allows it' },
  { decision: model('anthropic', 'o1-x'), expected: 'denied_by_rule', why: 'denied' },
  { decision: decideTool(rest, { name: 'WebFetch' }), expected: 'tool_denied', why: 'by name' },
  {
    decision: decideTool(rest, { name: 'mcp__github__delete_repo' }),
    expected: 'tool_denied',
    why: "by the server's list",
  },
  {
    decision: decideTool(rest, { name: 'mcp__jira__x' }),
    expected: 'mcp_server_not_allowed',
    why: 'another server',
  },
  {
    decision: decideTool(rest, { name: 'get', server: 'github' }),
    expected: 'rule_matched',
    why: 'an allowed server',
  },
  {
    decision: decideTool(rest, { name: 'Bash', shellCommand: 'rm -rf /' }),
    expected: 'destructive_command',
    why: 'guarded',
  },
  {
    decision: decideTool(rest, { name: 'Bash', shellCommand: 'ls' }),
    expected: 'no_rule_denies',
    why: 'harmless',
  },
  {
    decision: decideBudget(rest, { scope: 'user', period: 'month', spentUsd: 49, reservedUsd: 1 }),
    expected: 'no_rule_denies',
    why: 'exactly at the lower limit',
  },
  {
    decision: decideBudget(rest, {
      scope: 'user',
      period: 'month',
      spentUsd: 49,
      reservedUsd: 1.01,
    }),
    expected: 'over_budget',
    why: 'one cent over',
  },
  {
    decision: decideBudget(rest, { scope: 'task', spentUsd: 11 }),
    expected: 'monitored',
    why: 'warn only',
  },
  {
    decision: decideBudget(rest, { scope: 'model', spentUsd: 1e9 }),
    expected: 'unrestricted',
    why: 'no budget',
  },
  {
    decision: decideRate(rest, { scope: 'user', requests: 60, concurrent: 2 }),
    expected: 'no_rule_denies',
    why: 'at both limits',
  },
  {
    decision: decideRate(rest, { scope: 'user', requests: 61 }),
    expected: 'rate_limited',
    why: 'one over',
  },
  {
    decision: decideRate(rest, { scope: 'user', concurrent: 3 }),
    expected: 'rate_limited',
    why: 'the limit of the lower layer',
  },
])('$expected: $why', ({ decision, expected }) => {
  expect(decision.reason).toBe(expected);
});

test('TLS is passed through only where the whole host is granted', () => {
  const hosts = ['pinned.corp.example', 'part.example', 'a.corp.example'];
  expect(hosts.map((host) => isTlsPassthrough(network, { host }))).toEqual([true, false, false]);
});

test('limits without a question have their words', () => {
  expect(budgetsFor(rest, 'user')).toEqual([
    { scope: 'user', period: 'month', limitUsd: 50, onExceed: 'block' },
  ]);
  const { content } = rest.effective;
  const kinds = ['outputs', 'prompts', 'toolResults'] as const;
  expect(kinds.map((kind) => contentHandling(content, kind))).toEqual(['hash', 'store', 'hash']);
  expect([retentionHoursOf(rest, 'egress'), retentionHoursOf(rest, 'content')]).toEqual([
    336,
    undefined,
  ]);
});
