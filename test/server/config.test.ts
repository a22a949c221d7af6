import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AigovErrors, type AigovError } from '../../policy';
import { configWarnings, loadServerConfig } from '../../server';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'aigov-config-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(scratch, name);
  writeFileSync(file, text);
  return file;
}

function faultsOf(load: () => unknown): readonly AigovError[] {
  try {
    load();
    return [];
  } catch (error) {
    return error instanceof AigovErrors ? error.faults : [error as AigovError];
  }
}

const FULL = `
listen: 0.0.0.0:4100
publicUrl: https://aigov.corp.example
database: sqlite:./data/aigov.db
identity:
  tokens:
    - { user: ci, role: auditor, groups: [bots], organization: platform, token: { env: CI_TOKEN } }
    - { user: dev, token: { file: ./dev.token } }
providers:
  - { name: anthropic, type: anthropic, baseUrl: https://api.anthropic.com, keys: [{ command: [printf, "%s", from-command] }] }
policies: [./org.yaml]
`;

test('a full file is read, secrets fetched from all three places', () => {
  write('dev.token', 'from-file\n');
  write('org.yaml', 'apiVersion: aigov/v1\nname: org\n');
  const config = loadServerConfig(write('aigov.yaml', FULL), { CI_TOKEN: 'from-env' });
  expect(config).toEqual({
    mcpServers: [],
    listen: { host: '0.0.0.0', port: 4100 },
    publicUrl: 'https://aigov.corp.example',
    databasePath: join(scratch, 'data', 'aigov.db'),
    tokens: [
      {
        user: 'ci',
        role: 'auditor',
        groups: ['bots'],
        organization: 'platform',
        token: 'from-env',
      },
      { user: 'dev', role: 'member', token: 'from-file' },
    ],
    providers: [
      {
        name: 'anthropic',
        type: 'anthropic',
        baseUrl: 'https://api.anthropic.com',
        keys: ['from-command'],
        keyOrder: 'primary',
        headers: {},
        actorHeaders: {},
      },
    ],
    modelGroups: [],
    policies: [expect.objectContaining({ name: 'org' })],
  });
});

test('an empty file is the defaults', () => {
  expect(loadServerConfig(write('aigov.yaml', ''), {})).toMatchObject({
    listen: { host: '127.0.0.1', port: 4100 },
    databasePath: join(scratch, 'aigov-data', 'aigov.db'),
    providers: [],
  });
});

const PROVIDER = 'type: anthropic, baseUrl: https://a.example';

test.each<{
  why: string;
  text: string;
  faults: readonly (readonly [code: string, place: string, words: string])[];
}>([
  {
    why: 'two faults at once',
    text: 'lsten: 1\nlisten: nowhere\n',
    faults: [
      ['SERVER_CONFIG_INVALID', '2:9', 'listen must be HOST:PORT'],
      ['SERVER_CONFIG_INVALID', '1:8', 'lsten is not a known key'],
    ],
  },
  {
    why: 'a literal secret',
    text: `providers:\n  - { name: a, ${PROVIDER}, keys: [sk-live-1234] }\n`,
    faults: [['SECRET_LITERAL', '2:68', 'providers[0].keys[0] is a literal secret']],
  },
  {
    why: 'a group twice, of a provider there is not',
    text: `providers:\n  - { name: a, ${PROVIDER} }\nmodelGroups:\n  - { name: g, upstreams: [{ provider: a, model: m }] }\n  - { name: g, upstreams: [{ provider: b, model: m }] }\n`,
    faults: [
      ['SERVER_CONFIG_INVALID', '5:13', 'modelGroups[1].name "g" is already'],
      [
        'SERVER_CONFIG_INVALID',
        '5:40',
        'modelGroups[1].upstreams[0].provider "b" is not a provider',
      ],
    ],
  },
  {
    why: 'AWS where it means nothing, half a key, keys for Copilot',
    text: `providers:\n  - { name: a, ${PROVIDER}, aws: { region: eu-central-1 } }\n  - { name: c, type: copilot, baseUrl: https://c.example, keys: [{ env: K }] }\n`,
    faults: [
      ['SERVER_CONFIG_INVALID', '2:5', 'has "aws", which only'],
      ['SERVER_CONFIG_INVALID', '3:5', 'every person brings their own'],
    ],
  },
  {
    why: 'a secret header as a literal, a header of ours',
    text: `providers:\n  - { name: a, ${PROVIDER}, headers: { x-Portal-Key: abc, Host: x, x-route: y } }\n`,
    faults: [
      ['SECRET_LITERAL', '2:86', 'headers.x-Portal-Key is a literal secret'],
      ['SERVER_CONFIG_INVALID', '2:97', 'providers[0].headers.Host is a header the gateway'],
    ],
  },
  {
    why: 'a secret that is not set, and a file that is not there',
    text: `providers:\n  - name: a\n    type: anthropic\n    baseUrl: https://a.example\n    keys:\n      - env: NOT_SET\n      - file: ./none\n`,
    faults: [
      ['SECRET_MISSING', '6:9', 'environment variable NOT_SET is not set'],
      ['SECRET_MISSING', '7:9', 'none cannot be read'],
    ],
  },
  {
    why: 'a name twice',
    text: `providers:\n  - { name: a, ${PROVIDER} }\n  - { name: a, ${PROVIDER} }\n`,
    faults: [['SERVER_CONFIG_INVALID', '3:13', '"a" is already the name']],
  },
  {
    why: 'a name of ours, an unknown type',
    text: `providers:\n  - { name: api, type: llama, baseUrl: ftp://x }\n`,
    faults: [
      ['SERVER_CONFIG_INVALID', '2:13', 'none of our own routes'],
      ['SERVER_CONFIG_INVALID', '2:24', 'providers[0].type'],
      ['SERVER_CONFIG_INVALID', '2:40', 'providers[0].baseUrl'],
    ],
  },
  {
    why: 'a database address with a password',
    text: 'database:\n  url: postgres://aigov:hunter2@db/aigov\n',
    faults: [['DATABASE_URL_INVALID', '2:8', 'holds a password']],
  },
  {
    why: 'a literal password, another database',
    text: 'database: { url: "mysql://db/aigov", password: hunter2 }\n',
    faults: [
      ['SERVER_CONFIG_INVALID', '1:18', 'database.url must be sqlite:PATH or postgres://'],
      ['SECRET_LITERAL', '1:48', 'database.password is a literal secret'],
    ],
  },
  {
    why: 'a checkpoint key that is none',
    text: 'database:\n  url: postgres://aigov@db/aigov\n  checkpointKey: { command: [echo, none] }\n',
    faults: [['CHECKPOINT_KEY_UNREADABLE', '3:18', 'is no Ed25519 private key']],
  },
  { why: 'broken YAML', text: 'listen: [\n', faults: [['YAML_INVALID', '2:1', 'Flow sequence']] },
  {
    why: 'a policy that is not there',
    text: 'policies: [./no.yaml]\n',
    faults: [['POLICY_FILE_UNREADABLE', '', 'no.yaml']],
  },
])('$why', ({ text, faults }) => {
  const file = write('aigov.yaml', text);
  const found = faultsOf(() => loadServerConfig(file, {}));
  expect(found.map(({ code, at }) => [code, at])).toEqual(
    faults.map(([code, place]) => [
      code,
      place === '' ? join(scratch, 'no.yaml') : `${file}:${place}`,
    ]),
  );
  faults.forEach(([, , words], i) => expect(found[i]?.message).toContain(words));
  for (const fault of found) {
    expect(fault.remedy).not.toBe('');
    expect(fault.message).not.toContain('sk-live-1234');
  }
});

test('a missing file is said', () => {
  expect(faultsOf(() => loadServerConfig(join(scratch, 'none.yaml'), {}))).toMatchObject([
    { code: 'CONFIG_FILE_UNREADABLE' },
  ]);
});

test('a policy that names a provider there is none of is warned about, with those there are', () => {
  const models = { allow: ['anthropc/claude-*', 'anthropic/*', '*/gpt-*'], deny: ['openai/o1'] };
  write('org.yaml', JSON.stringify({ apiVersion: 'aigov/v1', name: 'org', models }));
  const file = write(
    'aigov.yaml',
    `policies: [./org.yaml]\nproviders: [{ name: anthropic, ${PROVIDER} }]\n`,
  );
  const list = 'which is none here; configured are anthropic';
  expect(configWarnings(loadServerConfig(file, {}))).toEqual([
    `layer "org": models.allow names provider "anthropc" (anthropc/claude-*), ${list}`,
    `layer "org": models.deny names provider "openai" (openai/o1), ${list}`,
  ]);
});
