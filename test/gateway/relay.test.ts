import Anthropic from '@anthropic-ai/sdk';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createContexts,
  createGateway,
  createRelay,
  type Contexts,
  type RelayFacts,
  type RelayOptions,
} from '../../gateway';
import { compilePolicy } from '../../policy';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';
import { listen, MemoryRecorder, type Listening } from './harness';

const PROVIDER_KEY = 'provider-key-of-the-company';
const SESSION_TOKEN = 'session-token-of-alice';
const PLACEHOLDER = 'aigov-placeholder';
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
  messages: [{ role: 'user' as const, content: 'hello' }],
};
const TURN: ScriptedTurn = {
  content: [
    { type: 'text', text: 'Let me look around first.' },
    { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'ls' } },
  ],
};

function policyOf(sections: object) {
  return compilePolicy([{ apiVersion: 'aigov/v1', name: 'template', ...sections }]);
}

/** The server's two doors the relay uses: gateway routes and registration. */
function standInServer(upstreamUrl: string, recorder: MemoryRecorder, contexts: () => Contexts) {
  const seenHeaders: string[] = [];
  const gateway = createGateway({
    providers: [
      { name: 'anthropic', type: 'anthropic', baseUrl: upstreamUrl, keys: [PROVIDER_KEY] },
    ],
    authenticate: (token) =>
      token === SESSION_TOKEN ? { user: 'alice', isVerified: true } : undefined,
    policy: policyOf({}),
    recorder,
    contexts: {
      register: (user, facts) => contexts().register(user, facts),
      verify: (header, user) => contexts().verify(header, user),
    },
  });
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    seenHeaders.push(JSON.stringify(request.rawHeaders));
    if (request.url !== '/api/v1/relay/sessions') return gateway.handle(request, response);
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const session = contexts().register('alice', JSON.parse(text) as RelayFacts);
    response.writeHead(201).end(JSON.stringify(session));
  };
  return { handle, close: () => gateway.close(), seenHeaders };
}

interface Chain {
  readonly upstream: Awaited<ReturnType<typeof startModelUpstream>>;
  readonly serverRecords: MemoryRecorder;
  readonly relayRecords: MemoryRecorder;
  readonly seenByServer: readonly string[];
  readonly relay: Listening;
  readonly client: Anthropic;
  restartServerMemory(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

async function startChain(
  turns: readonly ScriptedTurn[],
  options: Partial<RelayOptions> = {},
): Promise<Chain> {
  const upstream = await startModelUpstream({ turns, apiKey: PROVIDER_KEY });
  const serverRecords = new MemoryRecorder();
  const relayRecords = new MemoryRecorder();
  let contexts = createContexts();
  const standIn = standInServer(upstream.url, serverRecords, () => contexts);
  const server = await listen(standIn);
  const relay = await listen(
    createRelay({
      upstream: { kind: 'server', url: server.url },
      sessionToken: () => SESSION_TOKEN,
      workspace: WORKSPACE,
      owner: 'alice',
      taskId: 'task-1',
      policy: policyOf({}),
      recorder: relayRecords,
      ...options,
    }),
  );
  return {
    upstream,
    serverRecords,
    relayRecords,
    seenByServer: standIn.seenHeaders,
    relay,
    client: clientOf(relay.url),
    restartServerMemory: () => void (contexts = createContexts()),
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

function clientOf(url: string, apiKey = PLACEHOLDER): Anthropic {
  return new Anthropic({ baseURL: `${url}/anthropic`, apiKey, maxRetries: 0 });
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'answered',
    (error: unknown) => error,
  );
}

test('placeholder in, session token on, provider key out; neither placeholder nor token leaves further', async () => {
  await using chain = await startChain([TURN, TURN]);
  await chain.client.messages.create(QUESTION);
  const message = await chain.client.messages.stream(QUESTION).finalMessage();
  expect(message.content).toMatchObject(TURN.content);
  expect(chain.seenByServer.join()).toContain(SESSION_TOKEN);
  expect(chain.seenByServer.join()).not.toContain(PLACEHOLDER);
  expect(chain.seenByServer.join()).not.toContain(PROVIDER_KEY);
  const upstreamSaw = JSON.stringify(chain.upstream.received.map(({ rawHeaders }) => rawHeaders));
  expect(upstreamSaw).not.toMatch(/aigov|session-token/);
});

test.each([
  { clock: 'a day fast', offMs: 86_400_000 },
  { clock: 'a day slow', offMs: -86_400_000 },
])('a workspace whose clock is $clock is attributed, and registers once', async ({ offMs }) => {
  const now = Date.now.bind(Date);
  const relayClock = jest.spyOn(Date, 'now').mockImplementation(() => now() + offMs);
  await using chain = await startChain([TURN, TURN]);
  await chain.client.messages.create(QUESTION);
  await chain.client.messages.create(QUESTION);
  relayClock.mockRestore();
  const opened = chain.serverRecords.records.filter(({ phase }) => phase === 'open');
  expect(opened.map(({ workspace }) => workspace)).toEqual([WORKSPACE, WORKSPACE]);
  // One registration and two messages.
  expect(chain.seenByServer).toHaveLength(3);
});

test('the server’s record knows workspace and task, and tokens equal the upstream’s', async () => {
  await using chain = await startChain([TURN]);
  await chain.client.messages.stream(QUESTION).finalMessage();
  const [open] = await chain.serverRecords.written('open');
  const [close] = await chain.serverRecords.written('close');
  expect(open).toMatchObject({ id: close?.id, workspace: WORKSPACE, taskId: 'task-1' });
  expect(close).toMatchObject({
    data: { usage: chain.upstream.sentUsage[0], toolCalls: [{ id: 'toolu_1', name: 'Bash' }] },
  });
  expect(chain.relayRecords.records).toEqual([]);
});

test('many first requests make one registration', async () => {
  const turns = Array.from({ length: 8 }, () => TURN);
  await using chain = await startChain(turns);
  await Promise.all(turns.map(() => chain.client.messages.create(QUESTION)));
  expect(chain.seenByServer).toHaveLength(1 + turns.length);
});

test('a server that forgot the registration is registered with again, and the request gets through', async () => {
  await using chain = await startChain([TURN, TURN]);
  await chain.client.messages.create(QUESTION);
  chain.restartServerMemory();
  await chain.client.messages.create(QUESTION);
  const opens = await chain.serverRecords.written('open', 2);
  expect(opens.map(({ workspace }) => workspace?.id)).toEqual(['w1', 'w1']);
  expect(chain.upstream.received).toHaveLength(2);
});

test('a client’s own attribution header is dropped', async () => {
  await using chain = await startChain([TURN]);
  const client = chain.client.withOptions({ defaultHeaders: { 'x-aigov-context': 'v1.a.b.c' } });
  await client.messages.create(QUESTION);
  expect((await chain.serverRecords.written('open'))[0]?.workspace).toEqual(WORKSPACE);
});

test('a key of the caller’s own goes along beside the session token', async () => {
  await using chain = await startChain([TURN]);
  await clientOf(chain.relay.url, PROVIDER_KEY).messages.create(QUESTION);
  const [open] = await chain.serverRecords.written('open');
  expect(open?.data).toMatchObject({ credentialKind: 'byok' });
});

test('an unreachable server is said in the protocol’s shape, to be tried again', async () => {
  await using chain = await startChain([], {
    upstream: { kind: 'server', url: 'http://127.0.0.1:1' },
  });
  const failure = (await failureOf(chain.client.messages.create(QUESTION))) as { headers: Headers };
  expect(failure).toMatchObject({
    status: 503,
    error: { error: { message: expect.stringContaining('SERVER_UNREACHABLE') } },
  });
  expect(failure.headers.get('x-should-retry')).toBe('true');
});

test.each([
  { why: 'the server’s API', method: 'GET', path: '/api/v1/interceptions' },
  {
    why: 'a path that resolves to it elsewhere',
    method: 'POST',
    path: '/anthropic/%2e%2e/api/v1/records',
  },
])('the session token opens no other door: $why', async ({ method, path }) => {
  await using chain = await startChain([]);
  const answer = await fetch(`${chain.relay.url}${path}`, {
    method,
    headers: { 'x-api-key': PLACEHOLDER },
  });
  expect(answer.status).toBe(404);
  expect(chain.seenByServer).toEqual([]);
});

test('a request without any key is refused: a web page cannot send one to loopback', async () => {
  await using chain = await startChain([]);
  const answer = await fetch(`${chain.relay.url}/anthropic/v1/messages`, {
    method: 'POST',
    body: '{}',
  });
  expect(answer.status).toBe(401);
  expect(chain.seenByServer).toEqual([]);
});

test('a model the template denies is refused and recorded in the workspace', async () => {
  const policy = policyOf({ models: { deny: ['anthropic/claude-scripted'] } });
  await using chain = await startChain([TURN], { policy });
  expect(await failureOf(chain.client.messages.create(QUESTION))).toMatchObject({ status: 403 });
  expect(chain.seenByServer).toEqual([]);
  expect(chain.relayRecords.records.map(({ phase, data }) => [phase, data['ending']])).toEqual([
    ['open', undefined],
    ['close', 'refused'],
  ]);
});

describe('bundled', () => {
  test('the user’s key goes to the provider, the audit stays here', async () => {
    await using upstream = await startModelUpstream({ turns: [TURN], apiKey: PROVIDER_KEY });
    const providers = [{ name: 'anthropic', type: 'anthropic', baseUrl: upstream.url }];
    await using chain = await startChain([], { upstream: { kind: 'bundled', providers } });
    await clientOf(chain.relay.url, PROVIDER_KEY).messages.stream(QUESTION).finalMessage();
    const [open] = await chain.relayRecords.written('open');
    const [close] = await chain.relayRecords.written('close');
    expect(open).toMatchObject({
      actor: { user: 'alice', isVerified: false },
      workspace: WORKSPACE,
    });
    expect(close?.data).toMatchObject({ usage: upstream.sentUsage[0] });
    expect(JSON.stringify(chain.relayRecords.records)).not.toContain(PROVIDER_KEY);
  });

  test('the placeholder never leaves', async () => {
    await using upstream = await startModelUpstream({ turns: [TURN], apiKey: PLACEHOLDER });
    const providers = [{ name: 'anthropic', type: 'anthropic', baseUrl: upstream.url }];
    await using chain = await startChain([], { upstream: { kind: 'bundled', providers } });
    expect(await failureOf(chain.client.messages.create(QUESTION))).toMatchObject({ status: 401 });
    expect(upstream.received).toEqual([]);
  });
});

test('a tool call the template forbids is stopped in the workspace, though the server lets it pass', async () => {
  const policy = policyOf({ tools: { shell: 'guard' } });
  const input = { command: 'rm -rf / --no-preserve-root' };
  const turn: ScriptedTurn = {
    content: [{ type: 'tool_use', id: 'toolu_rm', name: 'Bash', input }],
  };
  await using chain = await startChain([turn, TURN], { policy });
  const message = await chain.client.messages.stream(QUESTION).finalMessage();
  expect(message).toMatchObject({ content: [{ type: 'text' }], stop_reason: 'end_turn' });
  expect(chain.relayRecords.records).toMatchObject([
    {
      kind: 'command',
      workspace: WORKSPACE,
      data: { effect: 'deny', toolCallId: 'toolu_rm', toolName: 'Bash' },
      content: { 'toolCall.toolu_rm': JSON.stringify(input) },
    },
  ]);
  expect((await chain.client.messages.create(QUESTION)).content).toMatchObject(TURN.content);
});

test('probes are answered without credentials', async () => {
  await using chain = await startChain([]);
  for (const path of ['/anthropic', '/anthropic/api/hello'])
    expect((await fetch(`${chain.relay.url}${path}`, { method: 'HEAD' })).status).toBe(200);
  expect(chain.seenByServer).toEqual([]);
});
