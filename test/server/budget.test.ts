import { fc, test as property } from '@fast-check/jest';
import Anthropic from '@anthropic-ai/sdk';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startModelUpstream } from '../../emulator';
import type { BudgetDocument } from '../../policy';
import { startServer } from '../../server';
import { BudgetStore, RESERVATION_LIFETIME_MS } from '../../server/budget-store';
import { startChild } from '../gateway/child-process';

let scratch: string;
let count = 0;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'aigov-budget-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function open(clock?: () => number, name = `b${(count += 1)}.db`): BudgetStore {
  return new BudgetStore({ path: join(scratch, name), ...(clock ? { clock } : {}) });
}

const LIMIT = 1000;
const charge = (account: string, onExceed: 'block' | 'warn' = 'block') => ({
  account,
  limitMicroUsd: LIMIT,
  onExceed,
});

test('what is left counts running requests as if they cost all they may', () => {
  const store = open();
  const first = store.reserve([charge('a')], 600);
  expect(first.kind).toBe('reserved');
  expect(store.reserve([charge('a')], 401).kind).toBe('reserved_by_others');
  if (first.kind === 'reserved') store.settle(first, 100);
  expect(store.reserve([charge('a')], 900).kind).toBe('reserved');
  expect(store.spent('a')).toBe(100);
});

test.each([
  { cost: LIMIT, kind: 'reserved', why: 'exactly the limit' },
  { cost: LIMIT + 1, kind: 'exceeded', why: 'one micro-dollar over' },
])('$kind: $why', ({ cost, kind }) => {
  expect(open().reserve([charge('a')], cost).kind).toBe(kind);
});

test('a request is held in all its accounts or in none', () => {
  const store = open();
  expect(store.reserve([charge('a'), { ...charge('b'), limitMicroUsd: 10 }], 500).kind).toBe(
    'exceeded',
  );
  expect(store.reserve([charge('a')], LIMIT).kind).toBe('reserved');
});

test('a warning account lets through and says so', () => {
  expect(open().reserve([charge('a', 'warn')], LIMIT + 1)).toMatchObject({
    kind: 'reserved',
    exceeded: ['a'],
  });
});

test('a reservation whose process died expires, and a late booking still counts', () => {
  let nowMs = 0;
  const store = open(() => nowMs);
  const lost = store.reserve([charge('a')], LIMIT);
  nowMs = RESERVATION_LIFETIME_MS - 1;
  expect(store.reserve([charge('a')], 1).kind).toBe('reserved_by_others');
  nowMs += 1;
  expect(store.reserve([charge('a')], 1).kind).toBe('reserved');
  if (lost.kind === 'reserved') store.settle(lost, 700);
  expect(store.spent('a')).toBe(700);
});

property.prop(
  [
    fc.array(
      fc.record({
        upTo: fc.integer({ min: 1, max: 600 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        isHeld: fc.boolean(),
      }),
      { maxLength: 40 },
    ),
  ],
  { numRuns: 25 },
)('in any order of reserving and settling, no account passes its limit', (steps) => {
  const name = `p${(count += 1)}.db`;
  const stores = [open(undefined, name), open(undefined, name)];
  const held: { run: () => void }[] = [];
  for (const [i, { upTo, share, isHeld }] of steps.entries()) {
    const store = stores[i % 2] ?? open();
    const reservation = store.reserve([charge('a')], upTo);
    if (reservation.kind !== 'reserved') continue;
    const settle = { run: () => store.settle(reservation, Math.floor(upTo * share)) };
    if (isHeld) held.push(settle);
    else settle.run();
    expect(store.spent('a')).toBeLessThanOrEqual(LIMIT);
  }
  for (const settle of held) settle.run();
  expect(stores[0]?.spent('a')).toBeLessThanOrEqual(LIMIT);
  for (const store of stores) store.close();
});

test('three processes on one file overshoot by nothing and book every coin', async () => {
  const path = join(scratch, 'shared.db');
  const argv = [path, 'a', '20000', '400'];
  const children = await Promise.all(
    ['x', 'y', 'z'].map((name) =>
      startChild('test/server/budget-process.ts', join(scratch, name), argv),
    ),
  );
  const booked = children.reduce((sum, child) => sum + Number(child.url), 0);
  const store = new BudgetStore({ path });
  expect(store.spent('a')).toBe(booked);
  expect(booked).toBeLessThanOrEqual(20_000);
  expect(booked).toBeGreaterThan(20_000 - 70);
});

describe('through the server', () => {
  const MODEL = 'claude-haiku-4-5';
  const ask = (client: Anthropic, model = MODEL) =>
    client.messages
      .create({ model, max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] })
      .then(
        () => 'answered',
        (error: unknown) =>
          (error as { error: { error: { message: string } } }).error.error.message,
      );

  async function start(budgets: readonly BudgetDocument[]) {
    const upstream = await startModelUpstream({
      turns: () => ({
        content: [{ type: 'text', text: 'hello' }],
        usage: { inputTokens: 100, outputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0 },
      }),
      apiKey: 'provider-key',
    });
    const server = await startServer({
      listen: { host: '127.0.0.1', port: 0 },
      databasePath: join(scratch, 'data', 'aigov.db'),
      tokens: [{ user: 'alice', role: 'member', token: 't' }],
      providers: [
        { name: 'anthropic', type: 'anthropic', baseUrl: upstream.url, keys: ['provider-key'] },
      ],
      policies: [{ apiVersion: 'aigov/v1', name: 'org', budgets }],
    });
    return {
      upstream,
      client: new Anthropic({ baseURL: `${server.url}/anthropic`, apiKey: 't', maxRetries: 0 }),
      async [Symbol.asyncDispose]() {
        await server.close();
        await upstream.close();
      },
    };
  }

  /** Each answer costs 100 × $1 + 100 × $5 per million: 600 micro-USD; up to about 700 is set aside. */
  test('64 requests at once against a budget for four: not one more than it holds', async () => {
    await using world = await start([{ scope: 'user', period: 'month', limitUsd: 0.0029 }]);
    const results = await Promise.all(Array.from({ length: 64 }, () => ask(world.client)));
    const answered = results.filter((result) => result === 'answered').length;
    expect(answered).toBe(world.upstream.received.length);
    expect(answered * 600).toBeLessThanOrEqual(2900);
    expect(answered).toBeGreaterThan(0);
    while ((await ask(world.client)) === 'answered');
    expect(world.upstream.received.length).toBe(4);
    expect(await ask(world.client)).toContain('BUDGET_EXCEEDED');
  });

  test('a model without a price is refused where a budget applies', async () => {
    await using world = await start([{ scope: 'user', limitUsd: 5 }]);
    expect(await ask(world.client, 'claude-unheard-of')).toContain('BUDGET_MODEL_UNPRICED');
    expect(world.upstream.received).toEqual([]);
  });

  test('a budget of a task leaves other work alone', async () => {
    await using world = await start([{ scope: 'task', limitUsd: 0 }]);
    expect(await ask(world.client)).toBe('answered');
  });
});
