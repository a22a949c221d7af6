import Anthropic from '@anthropic-ai/sdk';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry, EntryDetail } from '../../audit';
import { openSpool, shipSpool } from '../../audit';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';
import { createRelay } from '../../gateway';
import { compilePolicy } from '../../policy';
import { startServer, type ServerConfig } from '../../server';
import { listen } from '../gateway/harness';

const PROVIDER_KEY = 'provider-key-of-the-company';
const TOKENS = {
  alice: 'token-of-alice',
  auditor: 'token-of-auditor',
  admin: 'token-of-admin',
} as const;
const WORKSPACE = {
  id: 'w1',
  name: 'dev',
  templateId: 't1',
  templateName: 'node',
  templateVersion: 'v1',
};
const QUESTION = {
  model: 'claude-scripted',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'remove the build folder' }],
};
const TURN: ScriptedTurn = {
  content: [
    { type: 'thinking', thinking: 'I call Bash.' },
    { type: 'text', text: 'Removing it.' },
    { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'rm -rf build' } },
  ],
};

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'aigov-server-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function configOf(overrides: Partial<ServerConfig> = {}): ServerConfig {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    databasePath: join(scratch, 'data', 'aigov.db'),
    tokens: [
      { user: 'alice', role: 'member', token: TOKENS.alice },
      { user: 'anna', role: 'auditor', token: TOKENS.auditor },
      { user: 'root', role: 'admin', token: TOKENS.admin },
    ],
    providers: [],
    policies: [],
    ...overrides,
  };
}

async function startWith(turns: readonly ScriptedTurn[]) {
  const upstream = await startModelUpstream({ turns, apiKey: PROVIDER_KEY });
  const server = await startServer(
    configOf({
      providers: [
        { name: 'anthropic', type: 'anthropic', baseUrl: upstream.url, keys: [PROVIDER_KEY] },
      ],
    }),
  );
  return {
    upstream,
    url: server.url,
    get: (path: string, token: string = TOKENS.auditor) =>
      fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } }),
    async [Symbol.asyncDispose]() {
      await server.close();
      await upstream.close();
    },
  };
}

function relayTo(url: string) {
  return listen(
    createRelay({
      upstream: { kind: 'server', url },
      sessionToken: () => TOKENS.alice,
      workspace: WORKSPACE,
      owner: 'alice',
      taskId: 'task-7',
      policy: compilePolicy([]),
      recorder: { record: () => Promise.reject(new Error('nothing is recorded here')) },
    }),
  );
}

/** The close record is written after the answer's end: asks until it is there. */
async function closedInterceptions(
  world: { get(path: string): Promise<Response> },
  count: number,
): Promise<readonly AuditEntry[]> {
  for (;;) {
    const answer = await world.get('/api/v1/interceptions');
    const { interceptions } = (await answer.json()) as { interceptions: AuditEntry[] };
    if (interceptions.filter(({ ending }) => ending !== 'running').length >= count)
      return interceptions;
  }
}

test('SDK, relay, server, upstream: the ledger tells who, where, what, and the upstream’s own counts', async () => {
  await using world = await startWith([TURN, TURN]);
  await using relay = await relayTo(world.url);
  const client = new Anthropic({ baseURL: `${relay.url}/anthropic`, apiKey: 'aigov-placeholder' });
  await client.messages.create(QUESTION);
  await client.messages.stream(QUESTION).finalMessage();
  const found = await closedInterceptions(world, 2);
  expect(found.map(({ data }) => data['usage']).toReversed()).toMatchObject(
    world.upstream.sentUsage,
  );
  const detail = (await (
    await world.get(`/api/v1/interceptions/${found[0]?.id}`)
  ).json()) as EntryDetail;
  expect(detail).toMatchObject({
    kind: 'interception',
    actor: { user: 'alice', isVerified: false },
    workspace: WORKSPACE,
    taskId: 'task-7',
    client: 'anthropic-sdk',
    ending: 'completed',
    data: { model: 'claude-scripted', toolCalls: [{ id: 'toolu_1', name: 'Bash' }] },
    content: {
      prompt: 'remove the build folder',
      output: 'Removing it.',
      reasoning: 'I call Bash.',
      'toolCall.toolu_1': '{"command":"rm -rf build"}',
    },
  });
});

test('a workspace’s spool ships into the timeline, under the name its token vouches for', async () => {
  await using world = await startWith([]);
  const spool = await openSpool({ directory: join(scratch, 'spool') });
  await spool.record({
    id: '01930000-0000-7000-8000-000000000001',
    kind: 'egress',
    phase: 'event',
    actor: { user: 'somebody-else', isVerified: false },
    data: { host: 'evil.example', effect: 'deny' },
  });
  const abort = new AbortController();
  const shipper = shipSpool(spool, {
    url: world.url,
    token: () => TOKENS.alice,
    signal: abort.signal,
  });
  await shipper.flushed();
  abort.abort();
  await shipper.done;
  await spool.close();
  expect(shipper.status().shipped).toBe(1);
  const { entries } = (await (await world.get('/api/v1/timeline?kind=egress')).json()) as {
    entries: AuditEntry[];
  };
  expect(entries).toMatchObject([{ actor: { user: 'alice' }, data: { host: 'evil.example' } }]);
});

test.each<{
  why: string;
  path: string;
  method?: string;
  token?: string;
  body?: string;
  status: number;
  code: string;
}>([
  { why: 'no token', path: '/api/v1/interceptions', token: '', status: 401, code: 'TOKEN_INVALID' },
  {
    why: 'wrong token',
    path: '/api/v1/interceptions',
    token: 'x',
    status: 401,
    code: 'TOKEN_INVALID',
  },
  {
    why: 'a member may not read records',
    path: '/api/v1/timeline',
    token: TOKENS.alice,
    status: 403,
    code: 'ROLE_MISSING',
  },
  { why: 'unknown path', path: '/api/v1/nothing', status: 404, code: 'NOT_FOUND' },
  { why: 'unknown id', path: '/api/v1/interceptions/none', status: 404, code: 'NOT_FOUND' },
  { why: 'wrong method', path: '/api/v1/records', status: 405, code: 'METHOD_NOT_ALLOWED' },
  {
    why: 'misspelt filter',
    path: '/api/v1/interceptions?usr=alice',
    status: 400,
    code: 'QUERY_INVALID',
  },
  {
    why: 'limit over the most',
    path: '/api/v1/interceptions?limit=1001',
    status: 400,
    code: 'QUERY_INVALID',
  },
  {
    why: 'odd cursor',
    path: '/api/v1/interceptions?before=1;2',
    status: 400,
    code: 'QUERY_INVALID',
  },
  {
    why: 'unknown kind',
    path: '/api/v1/timeline?kind=secrets',
    status: 400,
    code: 'QUERY_INVALID',
  },
  {
    why: 'no JSON',
    path: '/api/v1/records',
    method: 'POST',
    body: '{',
    status: 400,
    code: 'BODY_INVALID',
  },
  {
    why: 'no batch',
    path: '/api/v1/records',
    method: 'POST',
    body: '{}',
    status: 400,
    code: 'AUDIT_BATCH_INVALID',
  },
  {
    why: 'a workspace without a name',
    path: '/api/v1/relay/sessions',
    method: 'POST',
    body: '{"workspace":{}}',
    status: 400,
    code: 'BODY_INVALID',
  },
])(
  '$path $status: $why',
  async ({ path, method = 'GET', token = TOKENS.admin, body, status, code }) => {
    await using world = await startWith([]);
    const answer = await fetch(`${world.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      status,
      code,
      remedy: expect.any(String) as string,
    });
  },
);

test('pages follow one another without gap or repeat', async () => {
  const turns = Array.from({ length: 5 }, () => TURN);
  await using world = await startWith(turns);
  const client = new Anthropic({ baseURL: `${world.url}/anthropic`, apiKey: TOKENS.alice });
  for (const _ of turns) await client.messages.create(QUESTION);
  const all = await closedInterceptions(world, 5);
  const seen: string[] = [];
  let next: string | undefined = '';
  while (next !== undefined) {
    const query: string = next === '' ? '' : `&before=${next}`;
    const page = (await (await world.get(`/api/v1/interceptions?limit=2${query}`)).json()) as {
      interceptions: AuditEntry[];
      next?: string;
    };
    seen.push(...page.interceptions.map(({ id }) => id));
    next = page.next;
  }
  expect(seen).toEqual(all.map(({ id }) => id));
});

test('health needs no token', async () => {
  await using world = await startWith([]);
  const answers = await Promise.all(
    ['/healthz', '/readyz'].map((path) => fetch(`${world.url}${path}`)),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

test('closing lets a running answer finish, with its record', async () => {
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const upstream = await startModelUpstream({
    turns: [TURN],
    apiKey: PROVIDER_KEY,
    pace: (_event, index) => (index === 3 ? held : undefined),
  });
  const providers = [
    { name: 'anthropic', type: 'anthropic', baseUrl: upstream.url, keys: [PROVIDER_KEY] },
  ];
  const server = await startServer(configOf({ providers }));
  const client = new Anthropic({ baseURL: `${server.url}/anthropic`, apiKey: TOKENS.alice });
  const stream = client.messages.stream(QUESTION);
  await new Promise((resolve) => stream.once('streamEvent', resolve));
  const closed = server.close();
  release();
  expect((await stream.finalMessage()).content).toHaveLength(3);
  await closed;
  await upstream.close();
  await using again = await startServer(configOf());
  const answer = await fetch(`${again.url}/api/v1/interceptions`, {
    headers: { authorization: `Bearer ${TOKENS.auditor}` },
  });
  expect(await answer.json()).toMatchObject({ interceptions: [{ ending: 'completed' }] });
});

test('a port in use is said with its address and what to do', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', () => resolve()));
  const { port } = holder.address() as AddressInfo;
  const starting = startServer(configOf({ listen: { host: '127.0.0.1', port } }));
  await expect(starting).rejects.toMatchObject({
    code: 'LISTEN_PORT_IN_USE',
    message: expect.stringContaining(`127.0.0.1:${port}`) as string,
    remedy: expect.any(String) as string,
  });
  await new Promise((resolve) => holder.close(resolve));
});
