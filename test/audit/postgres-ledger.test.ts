import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { fc } from '@fast-check/jest';
import {
  openPostgres,
  openPostgresLedger,
  openPostgresReader,
  openSpool,
  openSpoolReader,
  proofProblem,
  proveRecords,
  readLatestCheckpoint,
  readLedgerKey,
  verifyLedger,
  type NewRecord,
  type PostgresAddress,
  type PostgresLedgerOptions,
  type RecordBatch,
} from '../../audit';
import { Cluster, describeWithPostgres } from '../postgres/cluster';
import { allPages, anyEntries, anyQuery, recordEntries } from './any-entries';
import { ADA, closedAs, event, nextId, opened, scratchDirectory, WORKSPACE } from './harness';

async function shippedBatch(records: readonly NewRecord[]): Promise<RecordBatch> {
  using scratch = scratchDirectory();
  await using spool = await openSpool({ directory: scratch.path });
  await Promise.all(records.map((record) => spool.record(record)));
  return JSON.parse(JSON.stringify(await spool.unshipped(1e9))) as RecordBatch;
}

/** What a hostile text may hold that PostgreSQL's cannot, and what stands in its place. */
const HOSTILE = 'a\0b\uE0000c\uE000\\x';

describeWithPostgres('a ledger in PostgreSQL', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  }, 60_000);
  afterAll(() => cluster[Symbol.asyncDispose]());

  const open = (address: PostgresAddress, options: Partial<PostgresLedgerOptions> = {}) =>
    openPostgresLedger({ address, uid: randomUUID(), ...options });

  test('an interception is one entry of open and close, with content', async () => {
    await using ledger = await open(await cluster.createDatabase());
    const id = nextId();
    const envelope = { actor: ADA, workspace: WORKSPACE, client: 'claude-code', sessionId: 's-1' };
    await ledger.record(opened(id, { ...envelope, content: { prompt: 'hi' } }));
    expect((await ledger.getInterception(id))?.ending).toBe('running');
    await ledger.record(
      closedAs(id, 'completed', { data: { ending: 'completed' }, content: { output: 'ho' } }),
    );
    expect(await ledger.getInterception(id)).toMatchObject({
      ...envelope,
      ending: 'completed',
      content: { prompt: 'hi', output: 'ho' },
      chain: { uid: ledger.uid, seqs: [0, 1] },
    });
    expect((await ledger.listInterceptions({})).entries).toHaveLength(1);
    expect(await ledger.find(nextId())).toBeUndefined();
  });

  test('gives the same entries as a spool, page by page, newest first', async () => {
    let nowMs = 0;
    const clock = () => nowMs;
    await fc.assert(
      fc.asyncProperty(anyEntries, anyQuery, async (entries, query) => {
        using scratch = scratchDirectory();
        const address = await cluster.createDatabase();
        await using ledger = await open(address, { clock, maxConnections: 1 });
        await using spool = await openSpool({ directory: scratch.path, clock });
        await recordEntries(entries, [ledger, spool], (timeMs) => (nowMs = timeMs));
        const found = await allPages(ledger, query);
        expect(found).toEqual(await allPages(openSpoolReader(scratch.path), query));
        expect(new Set(found).size).toBe(found.length);
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test('many processes write at once: one order, each its own chain, all of it verifies', async () => {
    const address = await cluster.createDatabase();
    const ledgers = await Promise.all([1, 2, 3].map(() => open(address)));
    const batch = await shippedBatch([event(), event({ content: { a: 'text' } }), event()]);
    const written = ledgers.map((ledger) =>
      Promise.all(Array.from({ length: 400 }, () => ledger.record(event()))),
    );
    const shipped = await Promise.all(ledgers.map((ledger) => ledger.ingest(batch, ADA)));
    expect(shipped.map((result) => result.outcome)).toEqual(['accepted', 'accepted', 'accepted']);
    for (const records of await Promise.all(written))
      expect(records.map(({ chain }) => chain.seq)).toEqual(records.map((_, index) => index));
    const stored = await ledgers[0]?.records(0, 5000);
    expect(stored?.map(({ entry }) => entry)).toEqual(
      Array.from({ length: 1203 }, (_, i) => i + 1),
    );
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    expect(await verifyLedger(address)).toMatchObject({ valid: true, records: 1203, chains: 4 });
  });

  test('text PostgreSQL cannot hold comes back as it was, is found, and verifies', async () => {
    const address = await cluster.createDatabase();
    const ledger = await open(address);
    const id = nextId();
    const fields = {
      actor: { user: HOSTILE, isVerified: false },
      workspace: { ...WORKSPACE, name: HOSTILE },
      sessionId: HOSTILE,
      data: { model: HOSTILE },
      content: { prompt: HOSTILE },
    };
    await ledger.record(opened(id, fields));
    const reporter = { user: HOSTILE, isVerified: true };
    await ledger.ingest(await shippedBatch([event({ sessionId: HOSTILE })]), reporter);
    expect((await ledger.find(id))?.content).toEqual({ prompt: HOSTILE });
    for (const query of [{ user: HOSTILE }, { sessionId: HOSTILE }])
      expect((await ledger.timeline(query)).entries).toHaveLength(2);
    for (const query of [{ model: HOSTILE }, { workspace: HOSTILE }, { text: HOSTILE }])
      expect((await ledger.timeline(query)).entries).toHaveLength(1);
    await ledger.close();
    expect(await verifyLedger(address)).toMatchObject({ valid: true, records: 2 });
  });

  test.each<{ why: string; sql: string; problem: string }>([
    {
      why: 'a record',
      sql: `UPDATE record SET body = replace(body, 'allow', 'deny!') WHERE entry = 2`,
      problem: 'hash_mismatch',
    },
    {
      why: 'a column',
      sql: `UPDATE record SET kind = 'dns' WHERE entry = 2`,
      problem: 'column_altered',
    },
    {
      why: 'the time of arrival',
      sql: 'UPDATE record SET received_ms = 1 WHERE entry = 2',
      problem: 'column_altered',
    },
    { why: 'a content', sql: `UPDATE content SET text = 'other'`, problem: 'content_altered' },
    { why: 'a content gone', sql: 'DELETE FROM content', problem: 'content_missing' },
    { why: 'a record gone', sql: 'DELETE FROM record WHERE entry = 2', problem: 'missing' },
    { why: 'the end gone', sql: 'DELETE FROM record WHERE entry = 3', problem: 'cut_off' },
    {
      why: 'the end gone and every counter corrected',
      sql: `DELETE FROM record WHERE entry = 3; UPDATE ledger SET size = 2;
        UPDATE chain SET (head_seq, head_hash) = (SELECT seq, body::json->'chain'->>'hash' FROM record WHERE entry = 2)`,
      problem: 'cut_off',
    },
  ])('$why changed: found and named', async ({ sql, problem }) => {
    const address = await cluster.createDatabase();
    const { privateKey: signingKey } = generateKeyPairSync('ed25519');
    const ledger = await open(address, { signingKey });
    for (const fields of [{ content: { a: 'text' } }, {}, {}]) await ledger.record(event(fields));
    await ledger.close();
    expect(await verifyLedger(address)).toMatchObject({ valid: true, checkpointed: 3 });
    const forger = await openPostgres(address);
    await forger.query(sql);
    await forger.close();
    expect((await verifyLedger(address)).firstBad?.problem).toBe(problem);
  });

  test('checkpoints of all processes are one tree under one key, and prove a record', async () => {
    const address = await cluster.createDatabase();
    const { privateKey: signingKey } = generateKeyPairSync('ed25519');
    const [one, other] = [await open(address, { signingKey }), await open(address, { signingKey })];
    const id = nextId();
    await one.record(event({ id }));
    await one.checkpoint();
    await other.record(event());
    await Promise.all([one.checkpoint(), other.checkpoint(), other.checkpoint()]);
    await one.record(event());
    await one.close();
    await other.close();
    expect(await verifyLedger(address)).toMatchObject({ valid: true, checkpointed: 3 });
    const publicKey = (await readLedgerKey(address)) ?? '';
    const checkpoint = (await readLatestCheckpoint(address)) ?? '';
    expect(await verifyLedger(address, { publicKey, checkpoint })).toMatchObject({ valid: true });
    expect(proofProblem(await proveRecords(address, id), publicKey)).toBeUndefined();
  });

  describe('what a process left open', () => {
    test('is closed as crashed by one of the others, once', async () => {
      const address = await cluster.createDatabase();
      const [dead, one, other] = await Promise.all([open(address), open(address), open(address)]);
      const [running, done, mine] = [nextId(), nextId(), nextId()];
      for (const id of [running, done]) await dead.record(opened(id, { actor: ADA }));
      await dead.record(closedAs(done, 'completed'));
      await one.record(opened(mine));
      const alive = [one.uid, other.uid];
      await Promise.all([one, other].map((ledger) => ledger.closeAbandoned(alive)));
      expect(await one.find(running)).toMatchObject({ ending: 'crashed', actor: ADA });
      expect(await one.find(done)).toMatchObject({ ending: 'completed' });
      expect(await one.find(mine)).toMatchObject({ ending: 'running' });
      // It lives after all: its chain goes on where the others left it.
      expect((await dead.record(event())).chain.seq).toBe(4);
      await Promise.all([dead, one, other].map((ledger) => ledger.close()));
      expect(await verifyLedger(address)).toMatchObject({ valid: true, records: 6 });
    });
  });

  test('a database that goes away: refused meanwhile, ends written once it is back', async () => {
    await using own = await Cluster.start();
    const address = await own.createDatabase();
    const ledger = await open(address);
    const [before, during, blocked] = [nextId(), nextId(), nextId()];
    await ledger.record(opened(before));
    await own.down();
    const unwritten = { code: 'AUDIT_WRITE_FAILED' };
    for (const id of [during, blocked])
      await expect(ledger.record(opened(id))).rejects.toMatchObject(unwritten);
    for (const id of [before, during])
      await expect(ledger.record(closedAs(id, 'completed'))).rejects.toMatchObject(unwritten);
    await own.up();
    await ledger.writeLate();
    await ledger.writeLate();
    await ledger.record(event());
    expect(await ledger.find(before)).toMatchObject({ ending: 'completed' });
    expect(await ledger.find(during)).toMatchObject({ ending: 'completed' });
    expect(await ledger.find(blocked)).toBeUndefined();
    await ledger.close();
    expect(await verifyLedger(address)).toMatchObject({ valid: true, records: 5, open: 0 });
  }, 60_000);

  test('readers need the tables; a newer form is refused', async () => {
    const address = await cluster.createDatabase();
    const unknown = { code: 'DATABASE_VERSION_UNKNOWN' };
    await expect(openPostgresReader(address)).rejects.toMatchObject(unknown);
    await (await open(address)).close();
    await using reader = await openPostgresReader(address);
    expect((await reader.timeline({})).entries).toEqual([]);
    await using database = Object.assign(await openPostgres(address), {
      [Symbol.asyncDispose]: () => database.close(),
    });
    await database.query("UPDATE aigov_schema SET version = 9 WHERE component = 'ledger'");
    await expect(openPostgresReader(address)).rejects.toMatchObject(unknown);
    await expect(open(address)).rejects.toMatchObject(unknown);
  });
});
