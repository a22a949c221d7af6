import { compilePolicy } from '../../policy';
import { createCooldowns, createGateway, MAX_COOLDOWN_MS } from '../../gateway';
import { KEY_COOLDOWN_MS, KeyRing, retryAfterMs } from '../../gateway/key-ring';
import type { UpstreamKey } from '../../gateway/upstream-key';
import { startModelUpstream, type ReceivedRequest, type ScriptedTurn } from '../../emulator';
import { listen, MemoryRecorder } from './harness';

const NONE: ReadonlySet<UpstreamKey> = new Set();
const key = (id: string): UpstreamKey => ({ id, hint: id, prove: () => [] });
const A = key('a');
const B = key('b');

test('the first key is used until it rests, then the next, then the first again', () => {
  let nowMs = 0;
  const ring = new KeyRing(
    [A, B],
    createCooldowns(() => nowMs),
  );
  expect(ring.choose(NONE)).toBe(A);
  ring.rest(A, 1000);
  expect([ring.choose(NONE), ring.expectedHint]).toEqual([B, 'b']);
  expect(ring.choose(new Set([B]))).toBeUndefined();
  ring.rest(B, 5000);
  expect(ring.choose(NONE)).toBeUndefined();
  expect(ring.secondsToWait()).toBe(1);
  nowMs = 1000;
  expect(ring.choose(NONE)).toBe(A);
});

test('in round-robin each key has its turn, and one that rests is passed over', () => {
  const ring = new KeyRing([A, B, key('c')], createCooldowns(), 'round-robin');
  const four = () => [1, 2, 3, 4].map(() => ring.choose(NONE)?.id).join('');
  expect(four()).toBe('abca');
  ring.rest(B, 60_000);
  expect(new Set(four())).toEqual(new Set(['a', 'c']));
  expect(ring.expectedHint).toBe('');
});

test('a single key never rests', () => {
  const cooldowns = createCooldowns();
  const ring = new KeyRing([A], cooldowns);
  ring.rest(A, 1000);
  expect(ring.choose(NONE)).toBe(A);
  cooldowns.rest(A.id, 1000);
  expect(ring.choose(NONE)).toBe(A);
});

test('no key rests longer than an hour, whatever the upstream says', () => {
  let nowMs = 0;
  const cooldowns = createCooldowns(() => nowMs);
  cooldowns.rest('a', MAX_COOLDOWN_MS + 1);
  nowMs = MAX_COOLDOWN_MS - 1;
  expect(cooldowns.remainingMs('a')).toBe(1);
  nowMs = MAX_COOLDOWN_MS;
  expect(cooldowns.remainingMs('a')).toBe(0);
});

test.each([
  ['7', 7000],
  ['Sat, 21 Nov 2026 00:01:00 GMT', 60_000],
  ['Fri, 20 Nov 2026 00:00:00 GMT', 0],
  ['soon', KEY_COOLDOWN_MS],
  [undefined, KEY_COOLDOWN_MS],
])('Retry-After %s is a rest of %d ms', (value, restMs) => {
  expect(retryAfterMs(value, Date.parse('2026-11-21T00:00:00Z'))).toBe(restMs);
});

const OK: ScriptedTurn = { content: [{ type: 'text', text: 'hello' }] };
const limited = (retryAfter: string): ScriptedTurn => ({
  content: [],
  behaviour: {
    kind: 'status',
    status: 429,
    errorType: 'rate_limit_error',
    message: 'slow',
    headers: { 'retry-after': retryAfter },
  },
});

async function start(
  keys: readonly string[],
  accepted: readonly string[],
  turns: (request: ReceivedRequest) => ScriptedTurn,
) {
  const upstream = await startModelUpstream({ turns, apiKey: accepted });
  const recorder = new MemoryRecorder();
  const gateway = await listen(
    createGateway({
      providers: [{ name: 'anthropic', type: 'anthropic', baseUrl: upstream.url, keys }],
      authenticate: () => ({ user: 'alice', isVerified: true }),
      policy: compilePolicy([]),
      recorder,
    }),
  );
  const body = JSON.stringify({ model: 'm', messages: [] });
  return {
    upstream,
    recorder,
    ask: () =>
      fetch(`${gateway.url}/anthropic/v1/messages`, {
        method: 'POST',
        headers: { 'x-api-key': 't' },
        body,
      }),
    keysUsed: () => upstream.received.map(({ headers }) => headers['x-api-key']),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

const FIRST = 'first-key-of-the-company';
const SECOND = 'second-key-of-the-company';

test.each([
  { why: 'refused', accepted: [SECOND], turns: () => OK },
  {
    why: 'over its limit',
    accepted: [FIRST, SECOND],
    turns: ({ headers }: ReceivedRequest) => (headers['x-api-key'] === FIRST ? limited('30') : OK),
  },
])(
  'a key that is $why is changed for the next before the client sees anything, and rests',
  async ({ accepted, turns }) => {
    await using world = await start([FIRST, SECOND], accepted, turns);
    expect((await world.ask()).status).toBe(200);
    expect((await world.ask()).status).toBe(200);
    expect(world.keysUsed()).toEqual([FIRST, SECOND, SECOND]);
    const [close] = await world.recorder.written('close', 2);
    expect(close?.data).toMatchObject({
      ending: 'completed',
      attempts: 2,
      credentialHint: 'seco…pany',
    });
  },
);

test('when the last key is refused too, its answer is the client’s, as it came', async () => {
  await using world = await start([FIRST, SECOND], [FIRST, SECOND], () => limited('40'));
  const answer = await world.ask();
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '40']);
  expect(world.keysUsed()).toEqual([FIRST, SECOND]);
  const again = await world.ask();
  expect(again.status).toBe(429);
  expect(again.headers.get('x-aigov-error')).toBe('KEYS_RESTING');
  expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(30);
  expect(world.upstream.received).toHaveLength(2);
});

test('one key: every refusal goes through, every request goes up', async () => {
  await using world = await start([FIRST], [FIRST], () => limited('40'));
  await world.ask();
  expect((await world.ask()).headers.get('x-aigov-error')).toBeNull();
  expect(world.upstream.received).toHaveLength(2);
});

test('what is not about the key is not tried again', async () => {
  const broken: ScriptedTurn = {
    content: [],
    behaviour: { kind: 'status', status: 500, errorType: 'api_error', message: 'no' },
  };
  await using world = await start([FIRST, SECOND], [FIRST, SECOND], () => broken);
  expect((await world.ask()).status).toBe(500);
  expect(world.upstream.received).toHaveLength(1);
});
