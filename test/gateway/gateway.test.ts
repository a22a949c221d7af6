import Anthropic from '@anthropic-ai/sdk';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { createContexts, createGateway, signContext, type GatewayOptions } from '../../gateway';
import { compilePolicy } from '../../policy';
import { startModelUpstream, type ModelUpstreamOptions, type ScriptedTurn } from '../../emulator';
import { listen, MemoryRecorder, type Listening } from './harness';

const PROVIDER_KEY = 'provider-key-of-the-company';
const SESSION_TOKEN = 'session-token-of-alice';
const QUESTION = {
  model: 'claude-scripted',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'delete the build folder' }],
};
const TURN: ScriptedTurn = {
  content: [
    { type: 'thinking', thinking: 'They want it gone — I call Bash.' },
    { type: 'text', text: 'Deleting it now 🗑️, one moment please.' },
    { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'rm -rf build', n: 1 } },
  ],
  usage: { inputTokens: 5, outputTokens: 9, cacheReadTokens: 70, cacheWriteTokens: 3 },
};
const FACTS = {
  workspace: {
    id: 'w1',
    name: 'dev',
    templateId: 't1',
    templateName: 'node',
    templateVersion: 'v1',
  },
};

function policyOf(sections: object) {
  return compilePolicy([{ apiVersion: 'aigov/v1', name: 'org', ...sections }]);
}

interface World {
  readonly upstream: Awaited<ReturnType<typeof startModelUpstream>>;
  readonly gateway: Listening;
  readonly recorder: MemoryRecorder;
  readonly contexts: ReturnType<typeof createContexts>;
  readonly client: Anthropic;
  [Symbol.asyncDispose](): Promise<void>;
}

async function start(
  turns: ModelUpstreamOptions['turns'],
  options: Partial<GatewayOptions> = {},
): Promise<World> {
  const upstream = await startModelUpstream({ turns, apiKey: PROVIDER_KEY });
  const recorder = new MemoryRecorder();
  const contexts = createContexts();
  const gateway = await listen(
    createGateway({
      providers: [
        { name: 'anthropic', type: 'anthropic', baseUrl: upstream.url, keys: [PROVIDER_KEY] },
        { name: 'down', type: 'anthropic', baseUrl: 'http://127.0.0.1:1', keys: ['k'] },
      ],
      authenticate: (token) =>
        token === SESSION_TOKEN ? { user: 'alice', isVerified: true } : undefined,
      policy: policyOf({}),
      recorder,
      contexts,
      ...options,
    }),
  );
  return {
    upstream,
    gateway,
    recorder,
    contexts,
    client: clientOf(gateway.url),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

function clientOf(url: string, apiKey = SESSION_TOKEN, provider = 'anthropic'): Anthropic {
  return new Anthropic({ baseURL: `${url}/${provider}`, apiKey, maxRetries: 0 });
}

async function expectFailure(work: Promise<unknown>): Promise<Record<string, unknown>> {
  return work.then(
    () => ({ status: 'answered' }),
    (error: unknown) => error as Record<string, unknown>,
  );
}

const ASK = {
  json: (client: Anthropic) => client.messages.create(QUESTION),
  stream: (client: Anthropic) => client.messages.stream(QUESTION).finalMessage(),
};

test.each(['json', 'stream'] as const)(
  '%s: the SDK sees what it would see upstream',
  async (kind) => {
    await using world = await start([TURN, TURN]);
    const upstream = new Anthropic({ baseURL: world.upstream.url, apiKey: PROVIDER_KEY });
    const direct = await ASK[kind](upstream);
    const through = await ASK[kind](world.client);
    expect({ ...through, id: direct.id }).toEqual(direct);
  },
);

test.each(['json', 'stream'] as const)(
  '%s: the record holds tokens, tool call and texts of the upstream',
  async (kind) => {
    await using world = await start([TURN]);
    await ASK[kind](world.client);
    const [open] = await world.recorder.written('open');
    const [close] = await world.recorder.written('close');
    expect(open).toMatchObject({
      kind: 'interception',
      actor: { user: 'alice', isVerified: true },
      client: 'anthropic-sdk',
      content: { prompt: 'delete the build folder' },
      data: {
        provider: 'anthropic',
        providerName: 'anthropic',
        model: 'claude-scripted',
        route: '/v1/messages',
        isStreaming: kind === 'stream',
        credentialKind: 'centralized',
        credentialHint: 'prov…pany',
      },
    });
    expect(close).toMatchObject({
      id: open?.id,
      data: {
        ending: 'completed',
        status: 200,
        usage: world.upstream.sentUsage[0],
        toolCalls: [{ id: 'toolu_1', name: 'Bash' }],
        upstreamRequestId: 'req_msg_000000',
      },
      content: {
        output: 'Deleting it now 🗑️, one moment please.',
        reasoning: 'They want it gone — I call Bash.',
        'toolCall.toolu_1': '{"command":"rm -rf build","n":1}',
      },
    });
  },
);

test('the open record is written before the upstream hears of the request', async () => {
  const order: string[] = [];
  const turns = () => {
    order.push('upstream');
    return { content: [] };
  };
  const recorder = new MemoryRecorder();
  const record = recorder.record.bind(recorder);
  recorder.record = async (entry) => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push(entry.phase);
    return record(entry);
  };
  await using world = await start(turns, { recorder });
  await world.client.messages.create(QUESTION);
  await recorder.written('close');
  expect(order).toEqual(['open', 'upstream', 'close']);
});

test('upstream gets the provider key and the exact bytes, and nothing of ours', async () => {
  await using world = await start([TURN]);
  const body = `{ "model":"claude-scripted",  "messages":[{"role":"user","content":"é"}], "unknown": 1e400 }`;
  const context = signContext(world.contexts.register('alice', FACTS), {});
  await fetch(`${world.gateway.url}/anthropic/v1/messages?beta=true`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${SESSION_TOKEN}`,
      'x-api-key': SESSION_TOKEN,
      'x-aigov-context': context,
      'anthropic-beta': 'a-2026,b',
      'X-Trace': 't1',
    },
    body,
  });
  const [received] = world.upstream.received;
  expect(received?.url).toBe('/v1/messages?beta=true');
  expect(received?.body.toString()).toBe(body);
  expect(received?.headers).toMatchObject({
    'x-api-key': PROVIDER_KEY,
    'anthropic-beta': 'a-2026,b',
    'x-trace': 't1',
  });
  expect(JSON.stringify(received?.rawHeaders)).not.toMatch(/session-token|aigov/);
});

test('attribution reaches the record and makes the actor a claim', async () => {
  await using world = await start([TURN]);
  const key = world.contexts.register('alice', { ...FACTS, taskId: 'task-1' });
  const context = signContext(key, { repository: 'git@corp.example:a/b.git' });
  const client = world.client.withOptions({ defaultHeaders: { 'x-aigov-context': context } });
  await client.messages.create(QUESTION);
  const [open] = await world.recorder.written('open');
  expect(open).toMatchObject({
    ...FACTS,
    taskId: 'task-1',
    repository: 'git@corp.example:a/b.git',
    actor: { user: 'alice', isVerified: false },
  });
});

test.each<{
  why: string;
  status: number;
  code: string;
  retry: string;
  headers?: object;
  provider?: string;
  token?: string;
  options?: Partial<GatewayOptions>;
}>([
  { why: 'unknown token', status: 401, code: 'TOKEN_INVALID', retry: 'false', token: 'stolen' },
  {
    why: 'valid token beside a stranger’s',
    status: 401,
    code: 'TOKEN_INVALID',
    retry: 'false',
    headers: { 'x-api-key': 'stolen' },
  },
  {
    why: 'forged attribution',
    status: 401,
    code: 'CONTEXT_INVALID',
    retry: 'false',
    headers: { 'x-aigov-context': 'v1.a.b.c' },
  },
  {
    why: 'identity cannot be checked',
    status: 503,
    code: 'IDENTITY_UNAVAILABLE',
    retry: 'true',
    options: { authenticate: () => Promise.reject(new Error('down')) },
  },
  {
    why: 'model denied',
    status: 403,
    code: 'MODEL_NOT_ALLOWED',
    retry: 'false',
    options: {
      policy: policyOf({
        models: { deny: ['anthropic/claude-scripted'] },
      }),
    },
  },
  {
    why: 'upstream down',
    status: 502,
    code: 'UPSTREAM_UNREACHABLE',
    retry: 'true',
    provider: 'down',
  },
])(
  'refuses in the protocol’s shape: $why',
  async ({ status, code, retry, headers, provider, token, options }) => {
    await using world = await start([TURN], options);
    const client = clientOf(world.gateway.url, token, provider).withOptions({
      defaultHeaders: { ...headers },
    });
    const failure = await expectFailure(client.messages.create(QUESTION));
    expect(failure).toMatchObject({
      status,
      error: { type: 'error', error: { message: expect.stringContaining(code) } },
    });
    expect((failure['headers'] as Headers).get('x-should-retry')).toBe(retry);
    expect(world.upstream.received).toHaveLength(0);
  },
);

test.each([
  { why: 'unknown endpoint', method: 'POST', path: '/anthropic/v1/complete' },
  { why: 'unknown provider', method: 'POST', path: '/nobody/v1/messages' },
  { why: 'admin endpoint', method: 'GET', path: '/anthropic/v1/organizations' },
  { why: 'path tricks', method: 'POST', path: '/anthropic/v1/messages/%2e%2e/organizations' },
])('answers 404 in clear text: $why', async ({ method, path }) => {
  await using world = await start([]);
  const answer = await fetch(`${world.gateway.url}${path}`, {
    method,
    headers: { 'x-api-key': SESSION_TOKEN },
  });
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain(`route not supported: ${method}`);
  expect(world.upstream.received).toHaveLength(0);
});

test('a refused model is recorded as refused, with layer and rule [GW-3]', async () => {
  const policy = policyOf({
    models: { deny: ['anthropic/claude-scripted'] },
  });
  await using world = await start([], { policy });
  await expectFailure(world.client.messages.create(QUESTION));
  const [open] = await world.recorder.written('open');
  const [close] = await world.recorder.written('close');
  expect(close?.data).toMatchObject({
    ending: 'refused',
    status: 403,
    errorCode: 'MODEL_NOT_ALLOWED',
  });
  expect(open).toMatchObject({
    policy: { version: policy.version, layer: 'org' },
  });
});

test.each([
  { onFailure: 'block' as const, status: 503, hits: 0 },
  { onFailure: 'allow' as const, status: 200, hits: 1 },
])(
  'when records cannot be written, audit.onFailure: $onFailure answers $status',
  async ({ onFailure, status, hits }) => {
    const recorder = new MemoryRecorder();
    recorder.fault = new Error('disk full');
    const policy = policyOf({ audit: { onFailure } });
    await using world = await start([TURN], { policy, recorder });
    const answer = await world.client.messages.create(QUESTION).then(
      () => ({ status: 200 }),
      (error: unknown) => error,
    );
    expect(answer).toMatchObject({ status });
    expect(world.upstream.received).toHaveLength(hits);
  },
);

test.each([
  { why: 'at the limit', extra: 0, status: 200 },
  { why: 'one byte over', extra: 1, status: 413 },
])('a body $why is answered $status', async ({ extra, status }) => {
  const body = JSON.stringify(QUESTION);
  const limits = { maxBodyBytes: Buffer.byteLength(body) - extra };
  for (const isChunked of [false, true]) {
    await using world = await start([TURN], { limits });
    const request = httpRequest(`${world.gateway.url}/anthropic/v1/messages`, {
      method: 'POST',
      headers: {
        'x-api-key': SESSION_TOKEN,
        ...(isChunked ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
    });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(status);
  }
});

test('a compressed request body goes on compressed and is read all the same', async () => {
  await using world = await start([TURN]);
  const body = gzipSync(JSON.stringify(QUESTION));
  const headers = { 'x-api-key': SESSION_TOKEN, 'content-encoding': 'gzip' };
  const answer = await fetch(`${world.gateway.url}/anthropic/v1/messages`, {
    method: 'POST',
    headers,
    body,
  });
  expect(answer.status).toBe(200);
  expect(world.upstream.received[0]?.body.equals(body)).toBe(true);
  expect((await world.recorder.written('open'))[0]?.content).toEqual({
    prompt: 'delete the build folder',
  });
});

test.each(['json', 'stream'] as const)(
  '%s: a compressed answer goes on compressed and is read all the same',
  async (kind) => {
    await using world = await start([{ ...TURN, encoding: 'gzip' }]);
    const message = await ASK[kind](world.client);
    expect(message.content).toHaveLength(3);
    const [close] = await world.recorder.written('close');
    expect(close?.data).toMatchObject({ usage: world.upstream.sentUsage[0] });
  },
);

test('a client that leaves ends the request upstream and the record', async () => {
  await using world = await start([{ ...TURN, behaviour: { kind: 'stall', afterEvents: 4 } }]);
  const stream = world.client.messages.stream(QUESTION);
  stream.on('abort', () => undefined);
  await new Promise((resolve) => stream.once('streamEvent', resolve));
  stream.abort();
  await world.upstream.received[0]?.cancelled;
  const [close] = await world.recorder.written('close');
  expect(close?.data).toMatchObject({ ending: 'client_gone', usage: { inputTokens: 5 } });
});

test.each<{ why: string; turn: ScriptedTurn; ending: string; status?: number; code?: string }>([
  {
    why: 'cut in mid-stream',
    turn: { ...TURN, behaviour: { kind: 'cut', afterEvents: 5 } },
    ending: 'upstream_cut',
    status: 200,
  },
  {
    why: 'error event',
    turn: {
      ...TURN,
      behaviour: { kind: 'error_event', afterEvents: 5, errorType: 'overloaded_error' },
    },
    ending: 'upstream_error',
    status: 200,
    code: 'overloaded_error',
  },
  {
    why: '429',
    turn: {
      ...TURN,
      behaviour: {
        kind: 'status',
        status: 429,
        errorType: 'rate_limit_error',
        message: 'slow',
        headers: { 'retry-after': '7' },
      },
    },
    ending: 'upstream_error',
    status: 429,
    code: 'rate_limit_error',
  },
  {
    why: 'hang-up before any byte',
    turn: { ...TURN, behaviour: { kind: 'hang_up' } },
    ending: 'upstream_error',
    status: 502,
    code: 'UPSTREAM_UNREACHABLE',
  },
])(
  '$why: the client sees it, one hit, recorded as $ending',
  async ({ turn, ending, status, code }) => {
    await using world = await start([turn]);
    const failure = await expectFailure(world.client.messages.stream(QUESTION).finalMessage());
    expect(failure).toHaveProperty('message');
    const [close] = await world.recorder.written('close');
    expect(close?.data).toMatchObject({ ending, status, ...(code ? { errorCode: code } : {}) });
    expect(world.upstream.received).toHaveLength(1);
  },
);

test('answer headers come through: request id, retry-after', async () => {
  await using world = await start([
    {
      content: [],
      behaviour: {
        kind: 'status',
        status: 429,
        errorType: 'rate_limit_error',
        message: 'm',
        headers: { 'Retry-After': '7', 'anthropic-ratelimit-x': '1' },
      },
    },
  ]);
  const failure = await expectFailure(world.client.messages.create(QUESTION));
  const headers = failure['headers'] as Headers;
  expect([
    headers.get('retry-after'),
    headers.get('anthropic-ratelimit-x'),
    headers.get('request-id'),
  ]).toEqual(['7', '1', 'req_msg_000000']);
});

test('count_tokens and models pass through and are noted', async () => {
  await using world = await start([]);
  await world.client.messages.countTokens(QUESTION);
  for await (const model of world.client.models.list()) expect(model.id).toBe('claude-scripted');
  const events = await world.recorder.written('event', 2);
  expect(events.map(({ data }) => [data['route'], data['status'], data['ending']])).toEqual([
    ['/v1/messages/count_tokens', 200, 'completed'],
    ['/v1/models', 200, 'completed'],
  ]);
});

test('the user’s own key goes on under its header, and only its hint is recorded', async () => {
  const ownKey = PROVIDER_KEY;
  await using world = await start([TURN]);
  const client = clientOf(world.gateway.url, ownKey).withOptions({
    defaultHeaders: { 'X-Coder-AI-Governance-Token': SESSION_TOKEN },
  });
  await client.messages.create(QUESTION);
  const [open] = await world.recorder.written('open');
  expect(open?.data).toMatchObject({ credentialKind: 'byok', credentialHint: 'prov…pany' });
  expect(world.upstream.received[0]?.headers.authorization).toBe(`Bearer ${ownKey}`);
  expect(JSON.stringify(world.recorder.records)).not.toContain(ownKey);
});

test.each<{
  handling: 'store' | 'hash' | 'off';
  names: readonly string[];
  hashed: readonly string[];
}>([
  { handling: 'store', names: ['output', 'prompt', 'reasoning', 'toolCall.toolu_1'], hashed: [] },
  { handling: 'hash', names: [], hashed: ['output', 'prompt', 'reasoning', 'toolCall.toolu_1'] },
  { handling: 'off', names: [], hashed: [] },
])('content $handling keeps what policy lets it keep', async ({ handling, names, hashed }) => {
  const content = {
    prompts: handling,
    outputs: handling,
    toolArguments: handling,
    reasoning: handling,
  };
  await using world = await start([TURN], { policy: policyOf({ content }) });
  await world.client.messages.create(QUESTION);
  const records = [
    ...(await world.recorder.written('open')),
    ...(await world.recorder.written('close')),
  ];
  expect(records.flatMap((record) => Object.keys(record.content ?? {})).toSorted()).toEqual(names);
  const hashes = records.flatMap(({ data }) =>
    Object.keys({ ...(data['contentSha256'] as object), ...(data['responseSha256'] as object) }),
  );
  expect(hashes.toSorted()).toEqual(hashed);
  if (handling !== 'store')
    expect(JSON.stringify(records)).not.toMatch(/delete the build|Deleting it|rm -rf/);
});
