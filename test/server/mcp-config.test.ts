import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AigovErrors, type AigovError } from '../../policy';
import { loadServerConfig, configWarnings } from '../../server';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'aigov-mcp-config-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function load(text: string, environment: Record<string, string> = {}) {
  const file = join(scratch, 'aigov.yaml');
  writeFileSync(file, text);
  return loadServerConfig(file, environment);
}

function faultsOf(text: string): readonly AigovError[] {
  try {
    load(text);
    return [];
  } catch (error) {
    return error instanceof AigovErrors ? error.faults : [error as AigovError];
  }
}

test('servers at an address and programs are read, secrets fetched, the environment an allowlist', () => {
  const { mcpServers } = load(
    `
mcpServers:
  - name: jira
    url: https://mcp.corp.example/jira
    headers: { x-tenant: payments, x-api-key: { env: JIRA_KEY } }
    credentials: { oauth: { tokenUrl: https://id.corp.example/token, clientId: aigov, clientSecret: { env: SECRET } } }
  - name: github
    url: https://api.githubcopilot.com/mcp/
    credentials: { users: { alice: { env: ALICE } } }
    features: [tools]
  - name: files
    command: [node, server.js]
    environment: { MODE: prod, TOKEN: { env: SECRET } }
    inherit: [PATH, NOT_SET]
    limits: { processes: 2 }
`,
    { JIRA_KEY: 'key', SECRET: 'hush', ALICE: 'of-alice', PATH: '/bin', HOME: '/home/x' },
  );
  expect(mcpServers?.map(({ target }) => target)).toMatchObject([
    {
      url: 'https://mcp.corp.example/jira',
      credentials: {
        headers: { 'x-tenant': 'payments', 'x-api-key': 'key' },
        oauth: { clientSecret: 'hush' },
      },
    },
    { credentials: { users: { alice: 'of-alice' } } },
    {
      command: { command: ['node', 'server.js'], directory: scratch },
      limits: { processes: 2, memoryMb: 1024 },
    },
  ]);
  expect(mcpServers?.[2]?.target).toHaveProperty('command.environment', {
    PATH: '/bin',
    MODE: 'prod',
    TOKEN: 'hush',
  });
  expect(mcpServers?.[1]).toMatchObject({
    features: ['tools'],
    tools: { changed: 'refuse', unknown: 'pin' },
  });
});

test('all faults at once, each at its place', () => {
  const faults = faultsOf(`mcpServers:
  - { name: Bad Name, url: "ftp://x" }
  - { name: a, url: "https://x.example", credentials: { bearer: plain-text } }
  - { name: a, command: [] }
  - { name: b, command: [x], limits: { processes: 0, colour: red } }
  - { name: c, url: "https://x.example", credentials: { bearer: { env: A }, users: {} } }
  - { name: d, url: "https://x.example", tools: { approved: { t: nothex } } }
  - 7
`);
  expect(faults.map(({ code, at }) => `${code} ${at?.replace(/^.*aigov.yaml:/, '')}`)).toEqual([
    'SERVER_CONFIG_INVALID 2:13',
    'SERVER_CONFIG_INVALID 2:28',
    'SECRET_LITERAL 3:65',
    'SERVER_CONFIG_INVALID 4:25',
    'SERVER_CONFIG_INVALID 5:51',
    'SERVER_CONFIG_INVALID 5:62',
    'SERVER_CONFIG_INVALID 6:55',
    'SERVER_CONFIG_INVALID 7:66',
    'SERVER_CONFIG_INVALID 8:5',
  ]);
  expect(faults.map(({ message }) => message).join()).not.toContain('plain-text');
});

test('two servers of one name are refused', () => {
  const two =
    'mcpServers:\n  - { name: a, url: "https://x.example" }\n  - { name: a, command: [x] }\n';
  expect(
    faultsOf(two)
      .map(({ message }) => message)
      .join(),
  ).toContain('"a" is already the name of another MCP server');
});

test('a policy that names a server there is not is warned of, with those there are', () => {
  writeFileSync(
    join(scratch, 'org.yaml'),
    'apiVersion: aigov/v1\nname: org\nmcpServers: { allow: [gihub, "jira-*"], tools: { github: {} , gitlab: {} } }\n',
  );
  const config = load(
    'mcpServers: [{ name: github, url: "https://x.example" }]\npolicies: [./org.yaml]\n',
  );
  expect(configWarnings(config)).toEqual([
    'layer "org": mcpServers.allow names "gihub", which is no MCP server here; configured are github',
    'layer "org": mcpServers.tools names "gitlab", which is no MCP server here; configured are github',
  ]);
});
