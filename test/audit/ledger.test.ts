import { createHash } from 'node:crypto';
import { test as property } from '@fast-check/jest';
import {
  canonicalJson,
  openLedger,
  openLedgerReader,
  openSpool,
  openSpoolReader,
  verifyLedger,
  type AuditRecord,
  type Ledger,
  type NewRecord,
  type RecordBatch,
} from '../../audit';
import { allPages, anyEntries, anyQuery, recordEntries } from './any-entries';
import { ADA, closedAs, event, nextId, opened, scratchDirectory, WORKSPACE } from './harness';

const BOB = { user: 'bob', isVerified: true } as const;

/** A batch as it comes over the wire, from a spool of its own. */
async function shippedBatch(records: readonly NewRecord[]): Promise<RecordBatch> {
  using scratch = scratchDirectory();
  await using spool = await openSpool({ directory: scratch.path });
  await Promise.all(records.map((record) => spool.record(record)));
  const batch = await spool.unshipped(1e9);
  return JSON.parse(JSON.stringify(batch)) as RecordBatch;
}

/** The record changed, and its hash made right again: what a forger would do. */
function forged(record: AuditRecord, changes: Partial<AuditRecord>): AuditRecord {
  const { hash: _hash, ...chain } = { ...record, ...changes }.chain;
  const unhashed = { ...record, ...changes, chain };
  const hash = createHash('sha256').update(canonicalJson(unhashed)).digest('hex');
  return { ...unhashed, chain: { ...chain, hash } };
}

function replaced(batch: RecordBatch, index: number, record: AuditRecord): RecordBatch {
  return { ...batch, records: batch.records.with(index, record) };
}

function at(batch: RecordBatch, index: number): AuditRecord {
  const record = batch.records[index];
  if (record === undefined) throw new Error(`no record ${index}`);
  return record;
}

test('an interception is one entry of open and close, with content', async () => {
  using scratch = scratchDirectory();
  await using ledger = await openLedger({ path: `${scratch.path}/aigov.db` });
  const id = nextId();
  const envelope = { actor: ADA, workspace: WORKSPACE, client: 'claude-code', sessionId: 's-1' };
  await ledger.record(opened(id, { ...envelope, content: { prompt: 'hi' } }));
  expect((await ledger.getInterception(id))?.ending).toBe('running');
  const usage = { inputTokens: 3, outputTokens: 5 };
  await ledger.record(
    closedAs(id, 'completed', {
      ...envelope,
      data: { ending: 'completed', usage },
      content: { output: 'ho' },
    }),
  );
  expect(await ledger.getInterception(id)).toMatchObject({
    ...envelope,
    id,
    kind: 'interception',
    ending: 'completed',
    data: { model: 'm-1', usage },
    content: { prompt: 'hi', output: 'ho' },
    chain: { uid: ledger.uid, seqs: [0, 1] },
  });
  const { entries } = await ledger.listInterceptions({});
  expect(entries).toHaveLength(1);
  expect(entries[0]).not.toHaveProperty('content');
  expect(await ledger.getInterception(nextId())).toBeUndefined();
});

test('many writers share commits and keep their order', async () => {
  using scratch = scratchDirectory();
  await using ledger = await openLedger({ path: `${scratch.path}/aigov.db` });
  const records = await Promise.all(Array.from({ length: 1500 }, () => ledger.record(event())));
  expect(records.map(({ chain }) => chain.seq)).toEqual(records.map((_, index) => index));
});

test('a reopened ledger goes on with its chain and closes what was left open', async () => {
  using scratch = scratchDirectory();
  const path = `${scratch.path}/aigov.db`;
  const [running, done] = [nextId(), nextId()];
  const first = await openLedger({ path });
  await first.record(opened(running, { actor: ADA }));
  await first.record(opened(done));
  await first.record(closedAs(done, 'completed'));
  await first.close();
  await using second = await openLedger({ path });
  expect(second.uid).toBe(first.uid);
  expect(await second.getInterception(running)).toMatchObject({ ending: 'crashed', actor: ADA });
  expect(await second.getInterception(done)).toMatchObject({ ending: 'completed' });
  expect((await second.record(event())).chain.seq).toBe(4);
});

test('one ledger, one writer; readers are welcome beside it', async () => {
  using scratch = scratchDirectory();
  const path = `${scratch.path}/aigov.db`;
  await using ledger = await openLedger({ path });
  await expect(openLedger({ path })).rejects.toThrow(
    expect.objectContaining({ code: 'AUDIT_LOCKED' }),
  );
  await using reader = openLedgerReader(path);
  await ledger.record(event());
  expect((await reader.timeline({})).entries).toHaveLength(1);
  await ledger.close();
  await expect(ledger.record(event())).rejects.toMatchObject({ code: 'AUDIT_CLOSED' });
});

test.each([
  { path: '/proc/nowhere.db', why: 'nothing is there' },
  { path: __filename, why: 'it is something else' },
])('a ledger that cannot be read is told so: $why', ({ path }) => {
  expect(() => openLedgerReader(path)).toThrow(
    expect.objectContaining({ code: 'LEDGER_UNAVAILABLE', at: path }),
  );
});

describe('ingest', () => {
  test('takes a workspace chain, again and again, and in overlapping pieces', async () => {
    using scratch = scratchDirectory();
    await using ledger = await openLedger({ path: `${scratch.path}/aigov.db` });
    const batch = await shippedBatch([event(), event({ content: { a: 'text' } }), event()]);
    const head = { ...batch, records: batch.records.slice(0, 2) };
    const tail = { ...batch, records: batch.records.slice(1) };
    expect(await ledger.ingest(head, ADA)).toEqual({
      outcome: 'accepted',
      acknowledged: 1,
      stored: 2,
    });
    expect(await ledger.ingest(tail, ADA)).toEqual({
      outcome: 'accepted',
      acknowledged: 2,
      stored: 1,
    });
    expect(await ledger.ingest(batch, ADA)).toEqual({
      outcome: 'accepted',
      acknowledged: 2,
      stored: 0,
    });
    expect(await ledger.records(0, 10)).toHaveLength(3);
  });

  test('the verified reporter wins over what records claim', async () => {
    using scratch = scratchDirectory();
    await using ledger = await openLedger({ path: `${scratch.path}/aigov.db` });
    const id = nextId();
    const claimed = { user: 'the-ceo', isVerified: true };
    await ledger.ingest(await shippedBatch([opened(id, { actor: claimed })]), ADA);
    expect(await ledger.getInterception(id)).toMatchObject({ actor: ADA, reporter: ADA });
    expect((await ledger.timeline({ user: 'ada' })).entries).toHaveLength(1);
    expect((await ledger.timeline({ user: 'the-ceo' })).entries).toHaveLength(0);
  });

  test('a workspace cannot end what another one began', async () => {
    using scratch = scratchDirectory();
    await using ledger = await openLedger({ path: `${scratch.path}/aigov.db` });
    const id = nextId();
    await ledger.record(opened(id, { actor: ADA }));
    await ledger.ingest(await shippedBatch([opened(id), closedAs(id, 'completed')]), BOB);
    expect(await ledger.getInterception(id)).toMatchObject({ ending: 'running', actor: ADA });
  });

  test('content that did not come is noted as absent, also when somebody else sent the same', async () => {
    using scratch = scratchDirectory();
    await using ledger = await openLedger({ path: `${scratch.path}/aigov.db` });
    const first = nextId();
    const without = await shippedBatch([opened(first, { content: { prompt: 'same' } })]);
    await ledger.ingest({ ...without, contents: {} }, ADA);
    expect((await ledger.find(first))?.content).toEqual({ prompt: null });
    await ledger.ingest(
      await shippedBatch([opened(nextId(), { content: { prompt: 'same' } })]),
      BOB,
    );
    expect((await ledger.find(first))?.content).toEqual({ prompt: null });
  });

  test('a chain whose beginning went to a lost ledger is taken from where it is, and counted', async () => {
    using scratch = scratchDirectory();
    const path = `${scratch.path}/aigov.db`;
    const ledger = await openLedger({ path });
    const id = nextId();
    const batch = await shippedBatch([opened(id), event(), closedAs(id, 'completed'), event()]);
    const late = { ...batch, records: batch.records.slice(2, 3) };
    expect(await ledger.ingest(late, ADA)).toMatchObject({ acknowledged: 2, stored: 1 });
    const before = { ...batch, records: batch.records.slice(1, 3) };
    expect(await ledger.ingest(before, ADA)).toMatchObject({
      code: 'AUDIT_CHAIN_GAP',
      expectedSeq: 3,
    });
    const next = { ...batch, records: batch.records.slice(3) };
    expect(await ledger.ingest(next, ADA)).toMatchObject({ acknowledged: 3, stored: 1 });
    await ledger.close();
    expect(await verifyLedger(path)).toMatchObject({ valid: true, records: 2, lateChains: 1 });
  });

  interface Refusal {
    readonly code: string;
    readonly why: string;
    readonly change: (batch: RecordBatch) => unknown;
  }

  test.each<Refusal>([
    { code: 'AUDIT_BATCH_INVALID', why: 'not an object', change: () => null },
    { code: 'AUDIT_BATCH_INVALID', why: 'no records', change: ({ uid }) => ({ uid }) },
    {
      code: 'AUDIT_BATCH_INVALID',
      why: 'a record that is none',
      change: (batch) => ({ ...batch, records: [1] }),
    },
    {
      code: 'AUDIT_BATCH_INVALID',
      why: 'an unknown kind',
      change: (b) => replaced(b, 1, forged(at(b, 1), { kind: 'toString' as 'egress' })),
    },
    {
      code: 'AUDIT_BATCH_INVALID',
      why: 'a time that is none',
      change: (b) => replaced(b, 1, forged(at(b, 1), { time: '2026-13-41T00:00:00.000Z' })),
    },
    {
      code: 'AUDIT_BATCH_INVALID',
      why: 'a record of another chain',
      change: (b) =>
        replaced(b, 1, forged(at(b, 1), { chain: { ...at(b, 1).chain, uid: nextId() } })),
    },
    {
      code: 'AUDIT_BATCH_INVALID',
      why: 'content that is no text',
      change: (b) => ({ ...b, contents: { ['0'.repeat(64)]: 1 } }),
    },
    {
      code: 'AUDIT_HASH_MISMATCH',
      why: 'a changed record',
      change: (b) => replaced(b, 1, { ...at(b, 1), client: 'other' }),
    },
    {
      code: 'AUDIT_HASH_MISMATCH',
      why: 'a field smuggled beside the hash',
      change: (b) =>
        replaced(b, 1, {
          ...at(b, 1),
          chain: { ...at(b, 1).chain, extra: 1 } as AuditRecord['chain'],
        }),
    },
    {
      code: 'AUDIT_HASH_MISMATCH',
      why: 'text JSON cannot carry',
      change: (b) => replaced(b, 1, { ...at(b, 1), client: '\ud800' }),
    },
    {
      code: 'AUDIT_HASH_MISMATCH',
      why: 'changed content',
      change: (b) => ({ ...b, contents: { ['0'.repeat(64)]: 'text' } }),
    },
    {
      code: 'AUDIT_CHAIN_GAP',
      why: 'a dropped record',
      change: (b) => ({ ...b, records: b.records.toSpliced(1, 1) }),
    },
    {
      code: 'AUDIT_CHAIN_FORK',
      why: 'another history',
      change: (b) =>
        replaced(
          b,
          1,
          forged(at(b, 1), { client: 'other', chain: { ...at(b, 1).chain, prev: '1'.repeat(64) } }),
        ),
    },
    {
      code: 'AUDIT_CHAIN_FORK',
      why: 'a swapped order',
      change: (b) => ({ ...b, records: [at(b, 0), at(b, 1), at(b, 1), at(b, 0)] }),
    },
  ])('refuses $why whole with $code', async ({ code, change }) => {
    using scratch = scratchDirectory();
    await using ledger = await openLedger({ path: `${scratch.path}/aigov.db` });
    const batch = await shippedBatch([event(), event(), event()]);
    expect(await ledger.ingest(change(batch), ADA)).toMatchObject({ outcome: 'refused', code });
    expect(await ledger.records(0, 10)).toEqual([]);
    expect(await ledger.ingest(batch, ADA)).toMatchObject({ outcome: 'accepted', stored: 3 });
  });

  test('a gap says what is expected, a rewritten record is a fork, a foreign chain is foreign', async () => {
    using scratch = scratchDirectory();
    await using ledger = await openLedger({ path: `${scratch.path}/aigov.db` });
    const batch = await shippedBatch([event(), event(), event()]);
    await ledger.ingest({ ...batch, records: batch.records.slice(0, 1) }, ADA);
    const late = { ...batch, records: batch.records.slice(2) };
    expect(await ledger.ingest(late, ADA)).toMatchObject({
      code: 'AUDIT_CHAIN_GAP',
      expectedSeq: 1,
    });
    const rewritten = replaced(batch, 0, forged(at(batch, 0), { client: 'other' }));
    expect(await ledger.ingest(rewritten, ADA)).toMatchObject({ code: 'AUDIT_CHAIN_FORK' });
    expect(await ledger.ingest(batch, BOB)).toMatchObject({ code: 'AUDIT_CHAIN_FOREIGN' });
  });
});

describe('queries', () => {
  property.prop([anyEntries, anyQuery], { numRuns: 25 })(
    'spool and ledger give the same entries, page by page, newest first',
    async (entries, query) => {
      using scratch = scratchDirectory();
      let nowMs = 0;
      const clock = () => nowMs;
      await using ledger: Ledger = await openLedger({ path: `${scratch.path}/aigov.db`, clock });
      await using spool = await openSpool({ directory: `${scratch.path}/spool`, clock });
      await recordEntries(entries, [ledger, spool], (timeMs) => (nowMs = timeMs));
      const found = await allPages(ledger, query);
      expect(found).toEqual(await allPages(openSpoolReader(`${scratch.path}/spool`), query));
      expect(new Set(found).size).toBe(found.length);
      if (Object.keys(query).every((key) => key === 'limit'))
        expect(found).toHaveLength(entries.length);
    },
  );
});
