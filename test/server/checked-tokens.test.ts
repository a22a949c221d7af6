import {
  CheckedTokens,
  FRESH_MS,
  MAX_ASKING,
  MAX_REMEMBERED,
  REFUSED_MS,
  RETRY_MS,
  STANDS_IN_MS,
} from '../../server/identity/checked-tokens';

type Answer = 'alice' | undefined | Error;

/** An identity provider that can change its mind, and a clock that can be moved. */
function world(answer: Answer) {
  const state = { answer, nowMs: 0, asked: 0 };
  const checked = new CheckedTokens<string>({
    clock: () => state.nowMs,
    async ask() {
      state.asked += 1;
      if (state.answer instanceof Error) throw state.answer;
      return state.answer;
    },
  });
  return { state, check: async (token = 't') => checked.check(token, token) };
}

const DOWN = new Error('down');

interface Case {
  readonly why: string;
  readonly first: Answer;
  readonly later: Answer;
  readonly afterMs: number;
  readonly says: 'alice' | undefined | 'rejects';
  readonly asked: number;
}

test.each<Case>([
  {
    why: 'a good token is asked about once',
    first: 'alice',
    later: 'alice',
    afterMs: FRESH_MS - 1,
    says: 'alice',
    asked: 1,
  },
  {
    why: 'a revoked one holds until its answer is old',
    first: 'alice',
    later: undefined,
    afterMs: FRESH_MS - 1,
    says: 'alice',
    asked: 1,
  },
  {
    why: 'and no longer',
    first: 'alice',
    later: undefined,
    afterMs: FRESH_MS,
    says: undefined,
    asked: 2,
  },
  {
    why: 'a refused one is not asked about again at once',
    first: undefined,
    later: 'alice',
    afterMs: REFUSED_MS - 1,
    says: undefined,
    asked: 1,
  },
  {
    why: 'but soon',
    first: undefined,
    later: 'alice',
    afterMs: REFUSED_MS,
    says: 'alice',
    asked: 2,
  },
  {
    why: 'the last good answer stands in',
    first: 'alice',
    later: DOWN,
    afterMs: STANDS_IN_MS - 1,
    says: 'alice',
    asked: 2,
  },
  {
    why: 'for its time, then nothing is certain',
    first: 'alice',
    later: DOWN,
    afterMs: STANDS_IN_MS,
    says: 'rejects',
    asked: 2,
  },
  {
    why: 'a refusal never stands in',
    first: undefined,
    later: DOWN,
    afterMs: REFUSED_MS,
    says: 'rejects',
    asked: 2,
  },
])('$why', async ({ first, later, afterMs, says, asked }) => {
  const { state, check } = world(first);
  await check();
  state.answer = later;
  state.nowMs = afterMs;
  const again = check();
  if (says === 'rejects') await expect(again).rejects.toBe(DOWN);
  else expect(await again).toBe(says);
  expect(state.asked).toBe(asked);
});

test('while the provider is down a known token is asked about only now and then', async () => {
  const { state, check } = world('alice');
  await check();
  state.answer = DOWN;
  state.nowMs = FRESH_MS;
  await check();
  state.nowMs += RETRY_MS - 1;
  await check();
  expect(state.asked).toBe(2);
  state.nowMs += 1;
  await check();
  expect(state.asked).toBe(3);
});

test('requests at once with one token are one question', async () => {
  const { state, check } = world('alice');
  expect(await Promise.all([check(), check(), check()])).toEqual(['alice', 'alice', 'alice']);
  expect(state.asked).toBe(1);
});

test('memory is bounded, and what is used stays', async () => {
  const { state, check } = world('alice');
  await check('used');
  for (let i = 0; i < MAX_REMEMBERED - 1; i += 1) await check(`token-${i}`);
  await check('used');
  await check('one more');
  expect(state.asked).toBe(MAX_REMEMBERED + 1);
  await check('used');
  expect(state.asked).toBe(MAX_REMEMBERED + 1);
  await check('token-0');
  expect(state.asked).toBe(MAX_REMEMBERED + 2);
});

test('questions waiting are bounded', async () => {
  const checked = new CheckedTokens<string>({ ask: () => new Promise(() => undefined) });
  const check = (token: string) => checked.check(token, token);
  for (let i = 0; i < MAX_ASKING; i += 1) void check(`token-${i}`);
  await expect(check('one more')).rejects.toThrow(`${MAX_ASKING}`);
});
