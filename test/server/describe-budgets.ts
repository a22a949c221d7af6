import { fc } from '@fast-check/jest';
import type { Budgets } from '../../gateway';

/** Budgets a test can look into. */
export type OpenBudgets = Budgets &
  AsyncDisposable & { spent(account: string): number | Promise<number> };

const LIMIT = 1000;
const charge = (account: string, onExceed: 'block' | 'warn' = 'block') => ({
  account,
  limitMicroUsd: LIMIT,
  onExceed,
});

/** What holds of budgets wherever they are kept. */
export function describeBudgets(name: string, open: () => Promise<OpenBudgets>): void {
  describe(`budgets ${name}`, () => {
    test('what is left counts running requests as if they cost all they may', async () => {
      await using store = await open();
      const first = await store.reserve([charge('a')], 600);
      expect(first.kind).toBe('reserved');
      expect((await store.reserve([charge('a')], 401)).kind).toBe('reserved_by_others');
      if (first.kind === 'reserved') await store.settle(first, 100);
      expect((await store.reserve([charge('a')], 900)).kind).toBe('reserved');
      expect(await store.spent('a')).toBe(100);
    });

    test.each([
      { cost: LIMIT, verdict: { kind: 'reserved' }, why: 'exactly the limit' },
      {
        cost: LIMIT + 1,
        verdict: { kind: 'exceeded', account: 'a', remainingMicroUsd: LIMIT },
        why: 'one micro-dollar over',
      },
    ])('$verdict.kind: $why', async ({ cost, verdict }) => {
      await using store = await open();
      expect(await store.reserve([charge('a')], cost)).toMatchObject(verdict);
    });

    test('a request is held in all its accounts or in none', async () => {
      await using store = await open();
      const both = [charge('a'), { ...charge('b'), limitMicroUsd: 10 }];
      expect(await store.reserve(both, 500)).toMatchObject({ kind: 'exceeded', account: 'b' });
      expect((await store.reserve([charge('a')], LIMIT)).kind).toBe('reserved');
    });

    test('a warning account lets through and says so', async () => {
      await using store = await open();
      expect(await store.reserve([charge('a', 'warn')], LIMIT + 1)).toMatchObject({
        kind: 'reserved',
        exceeded: ['a'],
      });
    });

    test('an account that warns early and blocks late is charged once', async () => {
      await using store = await open();
      const early = { ...charge('a', 'warn'), limitMicroUsd: 10 };
      const held = await store.reserve([early, charge('a')], 500);
      expect(held).toMatchObject({ kind: 'reserved', accounts: ['a'], exceeded: ['a'] });
      if (held.kind === 'reserved') await store.settle(held, 400);
      expect(await store.spent('a')).toBe(400);
    });

    test('settling twice books once', async () => {
      await using store = await open();
      const held = await store.reserve([charge('a')], 500);
      if (held.kind === 'reserved') for (const _ of [1, 2]) await store.settle(held, 300);
      expect(await store.spent('a')).toBe(300);
      expect((await store.reserve([charge('a')], 700)).kind).toBe('reserved');
    });

    test('in any order of reserving and settling, no account passes its limit', async () => {
      await using store = await open();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(STEPS, async (steps) => {
          const account = `run${(run += 1)}`;
          const late: (() => Promise<void>)[] = [];
          for (const { upTo, share, isLate } of steps) {
            const held = await store.reserve([charge(account)], upTo);
            if (held.kind !== 'reserved') continue;
            const settle = async () => store.settle(held, Math.floor(upTo * share));
            if (isLate) late.push(settle);
            else await settle();
            expect(await store.spent(account)).toBeLessThanOrEqual(LIMIT);
          }
          for (const settle of late) await settle();
          expect(await store.spent(account)).toBeLessThanOrEqual(LIMIT);
          const rest = LIMIT - (await store.spent(account));
          expect((await store.reserve([charge(account)], rest)).kind).toBe('reserved');
        }),
        { numRuns: 25 },
      );
    });
  });
}

const STEPS = fc.array(
  fc.record({
    upTo: fc.integer({ min: 1, max: 600 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    isLate: fc.boolean(),
  }),
  { maxLength: 40 },
);
