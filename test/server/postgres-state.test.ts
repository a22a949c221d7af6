import { readPostgresUrl, migrate, openPostgres } from '../../audit';
import { openPostgresState } from '../../server/state/shared-state';
import { PostgresBudgets } from '../../server/state/postgres-budgets';
import { PostgresRateLimiter } from '../../server/state/postgres-rate-limiter';
import { createPostgresCooldowns } from '../../server/state/postgres-cooldowns';
import { Replica, SILENCE_MS } from '../../server/state/replica';
import { STATE_MIGRATIONS } from '../../server/state/schema';
import { Unsettled } from '../../server/state/unsettled';
import { Cluster, describeWithPostgres, openScratch } from '../postgres/cluster';
import { describeBudgets } from './describe-budgets';

const logger = { warn: () => undefined };
const NEVER_MS = 2 ** 30;

describe('the address of a database', () => {
  const at = 'server.yaml:2:11';
  test.each([
    {
      url: 'postgres://aigov@db.corp.example/aigov',
      address: { host: 'db.corp.example', port: 5432, tls: 'verify-full' },
    },
    {
      url: 'postgresql://aigov@10.0.0.7:6432/aigov?sslmode=require',
      address: { host: '10.0.0.7', port: 6432, tls: 'require' },
    },
    { url: 'postgres://aigov@localhost/aigov', address: { host: 'localhost', tls: 'disable' } },
    { url: 'postgres://aigov@[::1]:5433/aigov', address: { host: '::1', tls: 'disable' } },
    {
      url: 'postgres://a%40b@localhost/aigov?host=%2Frun%2Fpostgresql',
      address: { host: '/run/postgresql', user: 'a@b', database: 'aigov', tls: 'disable' },
    },
  ])('$url', ({ url, address }) => {
    expect(readPostgresUrl(url, at)).toMatchObject(address);
  });

  test.each([
    { url: 'postgres://aigov:hunter2@db/aigov', why: 'holds a password' },
    { url: 'postgres://aigov@db/aigov?password=hunter2', why: 'holds a password' },
    { url: 'postgres://db/aigov', why: 'names no user or no database' },
    { url: 'postgres://aigov@db', why: 'names no user or no database' },
    { url: 'postgres://aigov@db/aigov?sslmode=prefer', why: 'another sslmode' },
    { url: 'postgres://aigov@db/aigov?options=-c', why: 'has the parameter "options"' },
    { url: 'mysql://aigov@db/aigov', why: 'is not a postgres:// URL' },
  ])('refused without showing it: $why', ({ url, why }) => {
    let message = '';
    try {
      readPostgresUrl(url, at);
    } catch (error) {
      message = `${String(error)} ${JSON.stringify(error)}`;
    }
    expect(message).toContain(why);
    expect(message).toContain(at);
    expect(message).not.toContain('hunter2');
  });
});

describeWithPostgres('on PostgreSQL', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  }, 60_000);
  afterAll(() => cluster[Symbol.asyncDispose]());

  /** One replica that beats only when a test says so, at times a test says. */
  async function openReplica(database: Awaited<ReturnType<typeof openScratch>>) {
    const world = { nowMs: 0 };
    await migrate(database, STATE_MIGRATIONS);
    const clock = () => world.nowMs;
    const replica = new Replica(database, { logger, clock, beatMs: NEVER_MS });
    const unsettled = new Unsettled(logger);
    replica.onBeat(() => unsettled.retry());
    await replica.beat();
    return {
      world,
      replica,
      unsettled,
      budgets: new PostgresBudgets(database, replica, unsettled),
      rateLimiter: new PostgresRateLimiter(database, replica, unsettled),
    };
  }

  describeBudgets('in PostgreSQL', async () => {
    const database = await openScratch(cluster);
    const { budgets, replica } = await openReplica(database);
    return Object.assign(budgets, {
      async [Symbol.asyncDispose]() {
        await replica.close();
        await database.close();
      },
    });
  });

  describe('migrations', () => {
    test('many servers that start at once find one set of tables', async () => {
      const address = await cluster.createDatabase();
      const states = await Promise.all(
        Array.from({ length: 6 }, () => openPostgresState(address, { logger })),
      );
      const charge = { account: 'a', limitMicroUsd: 10, onExceed: 'block' as const };
      const kinds = await Promise.all(
        states.map(async ({ budgets }) => (await budgets.reserve([charge], 10)).kind),
      );
      expect(kinds.filter((kind) => kind === 'reserved')).toHaveLength(1);
      await Promise.all(states.map((state) => state.close()));
    });

    test('a newer program has been here: refused, and nothing is changed', async () => {
      await using database = await openScratch(cluster);
      const newer = { ...STATE_MIGRATIONS, steps: [...STATE_MIGRATIONS.steps, 'SELECT 1'] };
      await migrate(database, newer);
      const opening = openPostgresState(database.address, { logger });
      await expect(opening).rejects.toMatchObject({
        code: 'DATABASE_VERSION_UNKNOWN',
        message: expect.stringContaining('version 2, this program knows 1'),
      });
    });

    test('an older version is brought up step by step', async () => {
      await using database = await openScratch(cluster);
      const step = (n: number) => `CREATE TABLE step_${n} ()`;
      await migrate(database, { component: 'c', steps: [step(1)] });
      await migrate(database, { component: 'c', steps: [step(1), step(2), step(3)] });
      const tables = await database.query("SELECT 1 FROM pg_tables WHERE tablename LIKE 'step%'");
      expect(tables).toHaveLength(3);
    });
  });

  const charge = (limits: object, account = 'user:a') => ({ account, ...limits });

  test('replicas count requests, tokens and places together', async () => {
    await using database = await openScratch(cluster);
    const [one, other] = [await openReplica(database), await openReplica(database)];
    const places = [charge({ concurrent: 1 })];
    const first = await one.rateLimiter.permit(places, 0);
    expect(await other.rateLimiter.permit(places, 0)).toEqual({
      kind: 'limited',
      account: 'user:a',
      measure: 'concurrent',
      limit: 1,
      retryAfterSeconds: 5,
    });
    if (first.kind === 'permitted') await one.rateLimiter.finish(first, 70);
    expect(await other.rateLimiter.permit([charge({ requestsPerMinute: 1 })], 0)).toMatchObject({
      measure: 'requestsPerMinute',
    });
    const tokens = [charge({ tokensPerMinute: 100 })];
    expect(await other.rateLimiter.permit(tokens, 31)).toMatchObject({
      measure: 'tokensPerMinute',
    });
    const running = await other.rateLimiter.permit(tokens, 20);
    expect(running.kind).toBe('permitted');
    expect((await one.rateLimiter.permit(tokens, 11)).kind).toBe('limited');
  });

  test('Retry-After is when the oldest request of the window is forgotten', async () => {
    await using database = await openScratch(cluster);
    const { rateLimiter } = await openReplica(database);
    await database.query(`INSERT INTO rate_second VALUES
      ('user:a', rate_now() - 40, 2, 10), ('user:a', rate_now() - 10, 1, 10), ('user:a', rate_now() - 61, 9, 99)`);
    const waitOf = async (limits: object, tokens = 0) => {
      const verdict = await rateLimiter.permit([charge(limits)], tokens);
      return verdict.kind === 'limited' ? verdict.retryAfterSeconds : 0;
    };
    const within = (seconds: number) => [seconds - 1, seconds];
    expect(within(21)).toContain(await waitOf({ requestsPerMinute: 3 }));
    expect(within(51)).toContain(await waitOf({ requestsPerMinute: 1 }));
    expect(within(21)).toContain(await waitOf({ tokensPerMinute: 25 }, 10));
    expect(within(51)).toContain(await waitOf({ tokensPerMinute: 15 }, 100));
  });

  test('seconds of a clock that was set back count for nothing', async () => {
    await using database = await openScratch(cluster);
    const { rateLimiter } = await openReplica(database);
    await database.query(`INSERT INTO rate_second VALUES ('user:a', rate_now() + 3600, 9, 9)`);
    expect((await rateLimiter.permit([charge({ requestsPerMinute: 1 })], 0)).kind).toBe(
      'permitted',
    );
  });

  describe('a replica that stands still', () => {
    const all = { account: 'a', limitMicroUsd: 1000, onExceed: 'block' as const };

    test('loses what it held after the silence, by the clock of the one who looks', async () => {
      await using database = await openScratch(cluster);
      const [dead, alive] = [await openReplica(database), await openReplica(database)];
      const held = await dead.budgets.reserve([all], 1000);
      await dead.rateLimiter.permit([charge({ concurrent: 1 })], 0);
      await alive.replica.beat();
      alive.world.nowMs = SILENCE_MS - 1;
      await alive.replica.beat();
      expect((await alive.budgets.reserve([all], 1)).kind).toBe('reserved_by_others');
      alive.world.nowMs += 1;
      await alive.replica.beat();
      expect((await alive.rateLimiter.permit([charge({ concurrent: 1 })], 0)).kind).toBe(
        'permitted',
      );
      const rest = await alive.budgets.reserve([all], 300);
      expect(rest.kind).toBe('reserved');
      // It was not dead after all, and what it spent is spent, once.
      if (held.kind === 'reserved') for (const _ of [1, 2]) await dead.budgets.settle(held, 700);
      expect(await alive.budgets.spent('a')).toBe(700);
    });

    test('but beats loses nothing, however long it runs', async () => {
      await using database = await openScratch(cluster);
      const [busy, looker] = [await openReplica(database), await openReplica(database)];
      await busy.budgets.reserve([all], 1000);
      for (let i = 0; i < 5; i += 1) {
        await busy.replica.beat();
        looker.world.nowMs += SILENCE_MS;
        await looker.replica.beat();
      }
      expect((await looker.budgets.reserve([all], 1)).kind).toBe('reserved_by_others');
    });

    test('and reserves again after it was given up is watched anew', async () => {
      await using database = await openScratch(cluster);
      const [slow, looker] = [await openReplica(database), await openReplica(database)];
      await looker.replica.beat();
      looker.world.nowMs = SILENCE_MS;
      await looker.replica.beat();
      await slow.budgets.reserve([all], 1000);
      await looker.replica.beat();
      expect((await looker.budgets.reserve([all], 1)).kind).toBe('reserved_by_others');
      looker.world.nowMs += SILENCE_MS;
      await looker.replica.beat();
      expect((await looker.budgets.reserve([all], 1)).kind).toBe('reserved');
    });
  });

  test('a key that rests here rests on the other replicas with their next beat', async () => {
    await using database = await openScratch(cluster);
    const [one, other] = [await openReplica(database), await openReplica(database)];
    const [here, there] = [one, other].map(({ replica }) =>
      createPostgresCooldowns(database, replica, logger),
    );
    here?.rest('anthropic:1', 30_000);
    expect(here?.remainingMs('anthropic:1')).toBeGreaterThan(29_000);
    await expect(
      (async () => {
        for (let i = 0; i < 200; i += 1) {
          await other.replica.beat();
          if ((there?.remainingMs('anthropic:1') ?? 0) > 0) return 'resting';
        }
        return 'never told';
      })(),
    ).resolves.toBe('resting');
    expect(there?.remainingMs('anthropic:1')).toBeLessThanOrEqual(30_000);
  });

  test('a database that goes away and comes back: refused meanwhile, settled afterwards', async () => {
    await using own = await Cluster.start();
    const address = await own.createDatabase();
    const database = await openPostgres(address);
    await migrate(database, STATE_MIGRATIONS);
    const replica = new Replica(database, { logger, beatMs: NEVER_MS });
    const unsettled = new Unsettled(logger);
    replica.onBeat(() => unsettled.retry());
    await replica.beat();
    const budgets = new PostgresBudgets(database, replica, unsettled);
    const all = { account: 'a', limitMicroUsd: 1000, onExceed: 'block' as const };
    const held = await budgets.reserve([all], 600);
    await own.down();
    await expect(budgets.reserve([all], 1)).rejects.toThrow(/terminat|refused|ENOENT|closed/i);
    if (held.kind === 'reserved') await budgets.settle(held, 500);
    await replica.beat();
    expect(replica.isReachable).toBe(false);
    expect(unsettled.size).toBeGreaterThan(0);
    await own.up();
    await replica.beat();
    expect(replica.isReachable).toBe(true);
    expect(unsettled.size).toBe(0);
    expect(await budgets.spent('a')).toBe(500);
    await database.close();
  }, 30_000);
});
