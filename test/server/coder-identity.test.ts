import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '../../audit';
import { startCoderApi, startModelUpstream, type CoderApi, type CoderUser } from '../../emulator';
import { createRelay } from '../../gateway';
import { compilePolicy } from '../../policy';
import { startServer, type ServerConfig } from '../../server';
import { listen } from '../gateway/harness';

const PROVIDER_KEY = 'provider-key-of-the-company';
const ADA: CoderUser = {
  id: 'ada-id',
  username: 'ada',
  groups: ['contractors'],
  organizations: ['payments', 'platform'],
};
const EVE: CoderUser = { id: 'eve-id', username: 'eve' };
const ROOT: CoderUser = { id: 'root-id', username: 'root', roles: ['auditor', 'owner'] };
const USERS = { 'token-of-ada': ADA, 'token-of-eve': EVE, 'token-of-root': ROOT };
const DEV = {
  id: 'w1',
  name: 'dev',
  ownerId: 'ada-id',
  templateName: 'node',
  organization: 'platform',
};
/** What a workspace could say of itself: only the id is true. */
const CLAIMED = {
  id: 'w1',
  name: 'ceo',
  templateId: 'x',
  templateName: 'unrestricted',
  templateVersion: 'x',
};

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'aigov-coder-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

async function startWith(
  options: { hasGroups?: boolean; policies?: ServerConfig['policies'] } = {},
) {
  const { hasGroups = true, policies = [] } = options;
  const coder = await startCoderApi({ users: USERS, workspaces: [DEV], hasGroups });
  const turns = Array.from({ length: 4 }, () => ({
    content: [{ type: 'text' as const, text: 'ok' }],
  }));
  const upstream = await startModelUpstream({ turns, apiKey: PROVIDER_KEY });
  const server = await startServer({
    listen: { host: '127.0.0.1', port: 0 },
    databasePath: join(scratch, 'aigov.db'),
    tokens: [{ user: 'ci', role: 'member', token: 'token-of-ci' }],
    coder: { url: coder.url, roles: { auditor: ['auditor'] } },
    providers: [
      { name: 'anthropic', type: 'anthropic', baseUrl: upstream.url, keys: [PROVIDER_KEY] },
    ],
    policies,
  });
  return {
    coder,
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.close();
      await Promise.all([upstream.close(), coder.close()]);
    },
  };
}

const BODY = JSON.stringify({
  model: 'claude-scripted',
  max_tokens: 5,
  messages: [{ role: 'user', content: 'hi' }],
});

function ask(url: string, headers: Readonly<Record<string, string>>) {
  return fetch(`${url}/anthropic/v1/messages`, { method: 'POST', headers, body: BODY });
}

function register(url: string, token: string, workspace: object = CLAIMED) {
  return fetch(`${url}/api/v1/relay/sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ workspace }),
  });
}

interface Case {
  readonly why: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly before?: (coder: CoderApi) => void;
}

test.each<Case>([
  { why: 'as bearer', headers: { authorization: 'Bearer token-of-ada' }, status: 200 },
  { why: 'as x-api-key', headers: { 'x-api-key': 'token-of-ada' }, status: 200 },
  { why: 'as x-goog-api-key', headers: { 'x-goog-api-key': 'token-of-ada' }, status: 200 },
  {
    why: 'twice, the same',
    headers: { authorization: 'Bearer token-of-ada', 'x-api-key': 'token-of-ada' },
    status: 200,
  },
  {
    why: 'beside another person’s',
    headers: { authorization: 'Bearer token-of-ada', 'x-api-key': 'token-of-eve' },
    status: 401,
  },
  {
    why: 'beside one that is not valid',
    headers: { authorization: 'Bearer token-of-ada', 'x-api-key': 'no-token' },
    status: 401,
  },
  {
    why: 'revoked',
    headers: { authorization: 'Bearer token-of-ada' },
    status: 401,
    before: (coder) => coder.revoke('token-of-ada'),
  },
  {
    why: 'while Coder fails',
    headers: { authorization: 'Bearer token-of-ada' },
    status: 503,
    before: (coder) => (coder.isFailing = true),
  },
  {
    why: 'of the configuration while Coder fails',
    headers: { authorization: 'Bearer token-of-ci' },
    status: 200,
    before: (coder) => (coder.isFailing = true),
  },
])('a session token $why: $status', async ({ headers, status, before }) => {
  await using world = await startWith();
  before?.(world.coder);
  const answer = await ask(world.url, headers);
  expect(answer.status).toBe(status);
  if (status === 503) expect(answer.headers.get('x-aigov-error')).toBe('IDENTITY_UNAVAILABLE');
});

test('a token known as good works on while Coder fails, an unknown one does not', async () => {
  await using world = await startWith();
  expect((await ask(world.url, { 'x-api-key': 'token-of-ada' })).status).toBe(200);
  world.coder.isFailing = true;
  expect((await ask(world.url, { 'x-api-key': 'token-of-ada' })).status).toBe(200);
  expect((await ask(world.url, { 'x-api-key': 'token-of-eve' })).status).toBe(503);
  expect((await register(world.url, 'token-of-eve')).status).toBe(503);
});

test.each([
  { layer: 'a group', match: { groups: ['contractors'] }, hasGroups: true, status: 403 },
  {
    layer: 'a group, without a licence for groups',
    match: { groups: ['contractors'] },
    hasGroups: false,
    status: 200,
  },
  {
    layer: 'the default organisation',
    match: { organizations: ['payments'] },
    hasGroups: true,
    status: 403,
  },
])('layers hold for what Coder says of the user: $layer', async ({ match, hasGroups, status }) => {
  const layer = {
    apiVersion: 'aigov/v1',
    name: 'x',
    models: { deny: ['*'] },
    selectors: { match },
  } as const;
  await using world = await startWith({ hasGroups, policies: [layer] });
  expect((await ask(world.url, { 'x-api-key': 'token-of-ada' })).status).toBe(status);
});

test('a site role gives a role here where the configuration says so', async () => {
  await using world = await startWith();
  const read = (token: string) =>
    fetch(`${world.url}/api/v1/interceptions`, { headers: { authorization: `Bearer ${token}` } });
  expect((await read('token-of-root')).status).toBe(200);
  expect((await read('token-of-ada')).status).toBe(403);
});

test.each([
  { whose: 'one’s own', token: 'token-of-ada', workspace: CLAIMED, status: 201 },
  { whose: 'somebody else’s', token: 'token-of-eve', workspace: CLAIMED, status: 403 },
  {
    whose: 'somebody else’s, seen by a site owner',
    token: 'token-of-root',
    workspace: CLAIMED,
    status: 403,
  },
  {
    whose: 'none there is',
    token: 'token-of-ada',
    workspace: { ...CLAIMED, id: 'w2' },
    status: 403,
  },
  { whose: 'one nobody can be asked about', token: 'token-of-ci', workspace: CLAIMED, status: 201 },
])(
  'a relay registers a workspace that is $whose: $status',
  async ({ token, workspace, status }) => {
    await using world = await startWith();
    expect((await register(world.url, token, workspace)).status).toBe(status);
  },
);

test.each([
  { sessionToken: 'token-of-ada', actor: { user: 'ada', isVerified: true }, template: 'node' },
  {
    sessionToken: 'token-of-ci',
    actor: { user: 'ci', isVerified: false },
    template: 'unrestricted',
  },
])('the record tells what Coder confirmed: $actor', async ({ sessionToken, actor, template }) => {
  await using world = await startWith();
  await using relay = await listen(
    createRelay({
      upstream: { kind: 'server', url: world.url },
      sessionToken: () => sessionToken,
      workspace: CLAIMED,
      owner: 'ada',
      policy: compilePolicy([]),
      recorder: { record: () => Promise.reject(new Error('nothing is recorded here')) },
    }),
  );
  expect((await ask(relay.url, { 'x-api-key': 'aigov-placeholder' })).status).toBe(200);
  const answer = await fetch(`${world.url}/api/v1/interceptions`, {
    headers: { authorization: 'Bearer token-of-root' },
  });
  const { interceptions } = (await answer.json()) as { interceptions: AuditEntry[] };
  expect(interceptions).toMatchObject([{ actor, workspace: { id: 'w1', templateName: template } }]);
});
