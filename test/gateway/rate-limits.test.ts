import { fc, test as property } from '@fast-check/jest';
import { createContexts, createGateway, LocalRateLimiter, signContext } from '../../gateway';
import type { RateCharge } from '../../gateway/rate-limits/rate-limiter';
import { subjectsOf } from '../../gateway/subjects';
import { compilePolicy, type RateLimitDocument } from '../../policy';
import { BUDGET_SCOPES } from '../../policy/document';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';
import { listen, MemoryRecorder } from './harness';

const WINDOW_MS = 60_000;

/** A limiter whose time stands still until it is moved. */
function limiter() {
  const world = { nowMs: 0 };
  const limits = new LocalRateLimiter(() => world.nowMs);
  return { world, limits };
}
const charge = (limit: Omit<RateCharge, 'account'>, account = 'user:a') => ({ account, ...limit });

property.prop([
  fc.integer({ min: 1, max: 5 }),
  fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 60 }),
])('no 60 seconds hold more requests than the limit', (limit, pauses) => {
  const { world, limits } = limiter();
  const startedMs: number[] = [];
  for (const pause of pauses) {
    world.nowMs += pause;
    const permit = limits.permit([charge({ requestsPerMinute: limit })], 0);
    if (permit.kind === 'permitted') startedMs.push(world.nowMs);
  }
  for (const at of startedMs) {
    const within = startedMs.filter((other) => other >= at && other < at + WINDOW_MS);
    expect(within.length).toBeLessThanOrEqual(limit);
  }
});

property.prop([
  fc.constantFrom('requestsPerMinute' as const, 'tokensPerMinute' as const),
  fc.array(fc.record({ pause: fc.integer({ min: 0, max: 9000 }), tokens: fc.nat(90) }), {
    minLength: 1,
    maxLength: 40,
  }),
])('what Retry-After of %s promises is kept, and not a second late', (measure, steps) => {
  const { world, limits } = limiter();
  const limit = charge({ [measure]: measure === 'requestsPerMinute' ? 3 : 100 });
  for (const { pause, tokens } of steps) {
    world.nowMs += pause;
    const verdict = limits.permit([limit], tokens);
    if (verdict.kind === 'permitted') limits.finish(verdict, tokens);
    else {
      world.nowMs += (verdict.retryAfterSeconds - 2) * 1000;
      expect(limits.permit([limit], tokens).kind).toBe('limited');
      world.nowMs += 2000;
      const again = limits.permit([limit], tokens);
      expect(again.kind).toBe('permitted');
      if (again.kind === 'permitted') limits.finish(again, tokens);
    }
  }
});

test('a request counts under all of its limits or under none', () => {
  const { limits } = limiter();
  const charges = [charge({ concurrent: 1 }, 'user:a'), charge({ concurrent: 0 }, 'group:g')];
  expect(limits.permit(charges, 0)).toMatchObject({ kind: 'limited', account: 'group:g' });
  expect(limits.permit([charge({ concurrent: 1 }, 'user:a')], 0).kind).toBe('permitted');
});

test('running requests count with their estimate, finished ones with what they used', () => {
  const { limits } = limiter();
  const limit = [charge({ tokensPerMinute: 100 })];
  const first = limits.permit(limit, 60);
  expect(limits.permit(limit, 41)).toMatchObject({ kind: 'limited', measure: 'tokensPerMinute' });
  if (first.kind === 'permitted') limits.finish(first, 10);
  expect(limits.permit(limit, 90).kind).toBe('permitted');
});

test('a request larger than the limit goes when nothing else does', () => {
  const { limits } = limiter();
  expect(limits.permit([charge({ tokensPerMinute: 100 })], 500).kind).toBe('permitted');
  expect(limits.permit([charge({ tokensPerMinute: 100 })], 500).kind).toBe('limited');
});

test('finishing twice frees one place', () => {
  const { limits } = limiter();
  const limit = [charge({ concurrent: 2 })];
  const first = limits.permit(limit, 0);
  expect(limits.permit(limit, 0).kind).toBe('permitted');
  if (first.kind === 'permitted') for (const _ of [1, 2]) limits.finish(first, 0);
  expect(limits.permit(limit, 0).kind).toBe('permitted');
  expect(limits.permit(limit, 0).kind).toBe('limited');
});

test('accounts nobody uses any more take no memory', () => {
  const { world, limits } = limiter();
  for (let i = 0; i < 100; i += 1) {
    const permit = limits.permit([charge({ requestsPerMinute: 5 }, `user:${i}`)], 0);
    if (permit.kind === 'permitted' && i > 0) limits.finish(permit, 0);
  }
  world.nowMs += 4 * WINDOW_MS;
  limits.permit([charge({ requestsPerMinute: 5 }, 'user:new')], 0);
  expect(limits.size).toBe(2);
});

test('every scope of the policy has its subject', () => {
  const context = {
    workspace: {
      id: 'w1',
      name: 'dev',
      templateId: 't1',
      templateName: 'node',
      templateVersion: 'v1',
    },
    taskId: 'task-1',
  };
  const identity = {
    user: 'alice',
    isVerified: true,
    groups: ['g1', 'g2'],
    organization: 'org',
    tokenId: 'laptop',
  };
  const target = { providerName: 'anthropic', model: 'claude' };
  const of = (caller: Parameters<typeof subjectsOf>[1]) =>
    Object.fromEntries(BUDGET_SCOPES.map((scope) => [scope, subjectsOf(scope, caller, target)]));
  expect(of({ identity, context })).toEqual({
    user: ['alice'],
    group: ['g1', 'g2'],
    organization: ['org'],
    template: ['t1'],
    workspace: ['w1'],
    task: ['task-1'],
    provider: ['anthropic'],
    model: ['anthropic/claude'],
    token: ['laptop'],
  });
  expect(of({ identity: { user: 'bob', isVerified: true } })).toMatchObject({
    user: ['bob'],
    group: [],
    organization: [],
    workspace: [],
    task: [],
    token: [],
  });
});

const KEY = 'provider-key';
const WIRES = [
  {
    type: 'anthropic',
    path: '/v1/messages',
    body: { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] },
    error: { type: 'error', error: { type: 'rate_limit_error' } },
  },
  {
    type: 'openai',
    path: '/chat/completions',
    body: { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
    error: { error: { code: 'rate_limited' } },
  },
  {
    type: 'openai',
    path: '/responses',
    body: { model: 'm', input: 'hi' },
    error: { error: { code: 'rate_limited' } },
  },
  {
    type: 'gemini',
    path: '/v1beta/models/m:generateContent',
    body: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
    error: { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } },
  },
] as const;
const [MESSAGES] = WIRES;

async function start(
  rateLimits: readonly RateLimitDocument[],
  turns: () => ScriptedTurn,
  recorder = new MemoryRecorder(),
) {
  const upstream = await startModelUpstream({ turns, apiKey: KEY });
  const contexts = createContexts();
  const gateway = await listen(
    createGateway({
      providers: ['anthropic', 'openai', 'gemini'].map((type) => ({
        name: type,
        type,
        baseUrl: type === 'openai' ? `${upstream.url}/v1` : upstream.url,
        keys: [KEY],
      })),
      authenticate: (user) => ({ user, isVerified: true }),
      policy: compilePolicy([{ apiVersion: 'aigov/v1', name: 'org', rateLimits }]),
      recorder,
      contexts,
      rateLimiter: new LocalRateLimiter(),
    }),
  );
  const ask = (
    { type, path, body }: Pick<(typeof WIRES)[number], 'type' | 'path'> & { body: object },
    { headers = {}, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ) =>
    fetch(`${gateway.url}/${type}${path}`, {
      method: 'POST',
      headers: { 'x-api-key': 'alice', ...headers },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    upstream,
    recorder,
    contexts,
    ask,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}
const HELLO: ScriptedTurn = { content: [{ type: 'text', text: 'hello' }] };

test.each(WIRES)('$path: 429 with Retry-After in the protocol’s shape, recorded', async (wire) => {
  await using world = await start([{ scope: 'user', requestsPerMinute: 1 }], () => HELLO);
  expect((await world.ask(wire)).status).toBe(200);
  const refused = await world.ask(wire);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('x-should-retry')).toBe('true');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(55);
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(61);
  expect(await refused.json()).toMatchObject(wire.error);
  expect(world.upstream.received).toHaveLength(1);
  const closed = await world.recorder.written('close', 2);
  expect(closed[1]?.data).toMatchObject({ ending: 'refused', errorCode: 'RATE_LIMITED' });
});

test('a limit of none is no matter of waiting', async () => {
  await using world = await start([{ scope: 'user', concurrent: 0 }], () => HELLO);
  const refused = await world.ask(MESSAGES);
  expect(refused.status).toBe(403);
  expect(refused.headers.get('x-should-retry')).toBe('false');
});

test('one user’s use is not another’s', async () => {
  await using world = await start([{ scope: 'user', requestsPerMinute: 1 }], () => HELLO);
  await world.ask(MESSAGES);
  expect((await world.ask(MESSAGES, { headers: { 'x-api-key': 'bob' } })).status).toBe(200);
});

test('a workspace is limited whoever calls from it', async () => {
  await using world = await start([{ scope: 'workspace', requestsPerMinute: 1 }], () => HELLO);
  const workspace = {
    id: 'w1',
    name: 'dev',
    templateId: 't1',
    templateName: 'node',
    templateVersion: 'v1',
  };
  const signed = (user: string) => ({
    'x-api-key': user,
    'x-aigov-context': signContext(world.contexts.register(user, { workspace }), {}),
  });
  expect((await world.ask(MESSAGES, { headers: signed('alice') })).status).toBe(200);
  expect((await world.ask(MESSAGES, { headers: signed('bob') })).status).toBe(429);
  expect((await world.ask(MESSAGES)).status).toBe(200);
});

test('requests passed on unread count too', async () => {
  await using world = await start([{ scope: 'user', requestsPerMinute: 1 }], () => HELLO);
  const counting = { ...MESSAGES, path: '/v1/messages/count_tokens' as never };
  await world.ask(counting);
  expect((await world.ask(counting)).status).toBe(429);
  expect(world.upstream.received).toHaveLength(1);
});

describe('a place is freed when the request', () => {
  const ONE = [{ scope: 'user', concurrent: 1 }] as const;
  const STREAM = { ...MESSAGES, body: { ...MESSAGES.body, stream: true } };
  const bad = (behaviour: NonNullable<ScriptedTurn['behaviour']>) => ({ ...HELLO, behaviour });

  test.each<{ why: string; turn: ScriptedTurn }>([
    { why: 'completes', turn: HELLO },
    { why: 'is cut', turn: bad({ kind: 'cut', afterEvents: 2 }) },
    {
      why: 'is refused upstream',
      turn: bad({ kind: 'status', status: 400, errorType: 'x', message: 'no' }),
    },
    { why: 'gets no answer', turn: bad({ kind: 'hang_up' }) },
  ])('$why', async ({ turn }) => {
    await using world = await start(ONE, () => turn);
    const first = await world.ask(STREAM);
    await first.text().catch(() => undefined);
    await world.recorder.written('close');
    const second = await world.ask(STREAM);
    expect(second.status).toBe(first.status);
    await second.text().catch(() => undefined);
  });

  test('is left by its client; while it ran, another one was refused', async () => {
    let turn = bad({ kind: 'stall', afterEvents: 2 });
    await using world = await start(ONE, () => turn);
    const leaving = new AbortController();
    const first = await world.ask(STREAM, { signal: leaving.signal });
    const refused = await world.ask(STREAM);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('5');
    turn = HELLO as typeof turn;
    leaving.abort();
    await first.text().catch(() => undefined);
    await world.recorder.written('close', 2);
    expect((await world.ask(STREAM)).status).toBe(200);
  });

  test('cannot be recorded and never goes upstream', async () => {
    const recorder = new MemoryRecorder();
    await using world = await start(ONE, () => HELLO, recorder);
    recorder.fault = new Error('disk full');
    expect((await world.ask(STREAM)).status).toBe(503);
    recorder.fault = undefined;
    expect((await world.ask(STREAM)).status).toBe(200);
  });
});
