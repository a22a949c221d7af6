import Anthropic from '@anthropic-ai/sdk';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startModelUpstream } from '../../emulator';
import type { BudgetDocument } from '../../policy';
import { startServer } from '../../server';
import { SqliteBudgets } from '../../server/state/sqlite-budgets';
import { describeBudgets } from './describe-budgets';

let scratch: string;
let count = 0;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'aigov-budget-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

describeBudgets('in SQLite', async () => {
  const store = new SqliteBudgets(join(scratch, `b${(count += 1)}.db`));
  return Object.assign(store, { [Symbol.asyncDispose]: async () => store.close() });
});

test('what a dead process had reserved is free at the next start, what it booked is not', () => {
  const path = join(scratch, 'dead.db');
  const charge = { account: 'a', limitMicroUsd: 1000, onExceed: 'block' as const };
  const died = new SqliteBudgets(path);
  const settled = died.reserve([charge], 300);
  if (settled.kind === 'reserved') died.settle(settled, 200);
  expect(died.reserve([charge], 800).kind).toBe('reserved');
  const next = new SqliteBudgets(path);
  expect(next.reserve([charge], 801).kind).toBe('exceeded');
  expect(next.reserve([charge], 800).kind).toBe('reserved');
  for (const store of [died, next]) store.close();
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
