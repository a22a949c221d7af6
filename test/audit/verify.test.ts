import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { fc, test as property } from '@fast-check/jest';
import {
  openLedger,
  openLedgerReader,
  openSpool,
  verifyLedger,
  verifySpool,
  type NewRecord,
  type StoredRecord,
} from '../../audit';
import { ADA, closedAs, event, nextId, opened, scratchDirectory, WORKSPACE } from './harness';

const scratch = scratchDirectory();
afterAll(() => scratch[Symbol.dispose]());

/** Fresh copies for each run, so that damage does not add up. */
let copies = 0;

/** What a workspace does: things opened, closed and noted, with content and odd text. */
function recordsOf(writer: string): NewRecord[] {
  const envelope = { actor: ADA, workspace: WORKSPACE, client: writer, sessionId: 's-1' };
  return Array.from({ length: 6 }, (_, index) => {
    const id = nextId();
    const prompt = { prompt: `${writer} asks ${index} \ufffd "ü"` };
    return [
      opened(id, { ...envelope, content: prompt }),
      event({ ...envelope, data: { host: `h${index}.test`, note: 'ü\ufffd😀' } }),
      closedAs(id, 'completed', {
        ...envelope,
        content: { ...prompt, output: `${writer} ${index}` },
      }),
    ];
  }).flat();
}

describe('a spool', () => {
  const original = join(scratch.path, 'spool');
  /** One commit each: header, content, record. */
  let blocks: string[] = [];
  let segment = '';

  beforeAll(async () => {
    const spool = await openSpool({ directory: original });
    for (const record of recordsOf('w')) await spool.record(record);
    await spool.close();
    segment = readdirSync(original).find((name) => name.startsWith('segment')) ?? '';
    blocks = readFileSync(join(original, segment), 'utf8').split(/^(?=@\d+$)/m);
  });

  async function verifyChanged(change: (bytes: Buffer) => Buffer | string) {
    const copy = join(scratch.path, `spool-${(copies += 1)}`);
    cpSync(original, copy, { recursive: true });
    writeFileSync(join(copy, segment), change(readFileSync(join(copy, segment))));
    const report = await verifySpool(copy);
    rmSync(copy, { recursive: true });
    return report;
  }

  const rewritten = (changed: readonly string[]) => () => changed.join('');

  test('as written is valid', async () => {
    expect(await verifySpool(original)).toEqual({
      valid: true,
      records: 18,
      chains: 1,
      lateChains: 0,
      open: 0,
      absentContents: 0,
      tornBytes: 0,
      checkpointed: 0,
    });
  });

  property.prop([fc.nat(), fc.integer({ min: 1, max: 255 })], { numRuns: 300 })(
    'any changed byte is found at the record it belongs to',
    async (at, mask) => {
      let expected = -1;
      const report = await verifyChanged((bytes) => {
        const index = at % bytes.length;
        let end = 0;
        expected = blocks.findIndex((block) => (end += Buffer.byteLength(block)) > index);
        bytes.writeUInt8(bytes.readUInt8(index) ^ mask, index);
        return bytes;
      });
      expect(report).toMatchObject({
        valid: false,
        records: expected,
        firstBad: { seq: expected },
      });
    },
  );

  property.prop([fc.nat({ max: 16 })])('a dropped record is named', async (dropped) => {
    const report = await verifyChanged(rewritten(blocks.toSpliced(dropped, 1)));
    expect(report.firstBad).toMatchObject({ seq: dropped, problem: 'missing' });
  });

  property.prop([fc.uniqueArray(fc.nat({ max: 17 }), { minLength: 2, maxLength: 2 })])(
    'of two swapped records the first is named',
    async ([a = 0, b = 0]) => {
      const swapped = blocks.with(a, blocks[b] ?? '').with(b, blocks[a] ?? '');
      const report = await verifyChanged(rewritten(swapped));
      expect(report.firstBad).toMatchObject({ seq: Math.min(a, b), problem: 'missing' });
    },
  );

  property.prop([fc.nat({ max: 17 })])('a repeated record is named', async (index) => {
    const report = await verifyChanged(rewritten(blocks.toSpliced(index, 0, blocks[index] ?? '')));
    expect(report.firstBad).toMatchObject({ seq: index, problem: 'out_of_order' });
  });

  test('an end cut off is found when the server had it, and reported as torn inside a record', async () => {
    const copy = join(scratch.path, 'cut');
    cpSync(original, copy, { recursive: true });
    const whole = readFileSync(join(copy, segment));
    truncateSync(join(copy, segment), whole.lastIndexOf('@') + 10);
    expect(await verifySpool(copy)).toMatchObject({ valid: true, records: 17, tornBytes: 10 });
    writeFileSync(
      join(copy, 'state.json'),
      JSON.stringify({ acknowledgedSeq: 17, prunedOpen: [] }),
    );
    expect((await verifySpool(copy)).firstBad).toMatchObject({ seq: 17, problem: 'cut_off' });
  });
});

describe('a ledger', () => {
  const original = join(scratch.path, 'ledger', 'aigov.db');
  let stored: readonly StoredRecord[] = [];

  beforeAll(async () => {
    mkdirSync(join(scratch.path, 'ledger'));
    await using ledger = await openLedger({ path: original });
    await using spool = await openSpool({ directory: join(scratch.path, 'workspace') });
    const [own, shipped] = [recordsOf('server'), recordsOf('workspace')];
    for (const [index, record] of own.entries()) {
      await ledger.record(record);
      await spool.record(shipped[index] ?? event());
      if (index % 3 !== 2) continue;
      const batch = await spool.unshipped(1e6);
      await ledger.ingest(batch, ADA);
      await spool.acknowledge(batch?.records.at(-1)?.chain.seq ?? -1);
    }
    stored = await ledger.records(0, 100);
  });

  /** Runs SQL on a copy, as somebody with the file in hands can. */
  async function verifyAfter(sql: string, ...values: SQLInputValue[]) {
    const copy = join(scratch.path, `ledger-${(copies += 1)}.db`);
    copyFileSync(original, copy);
    const database = new DatabaseSync(copy, { enableForeignKeyConstraints: false });
    const { changes } = database.prepare(sql).run(...values);
    database.close();
    expect(changes).toBe(1);
    const report = await verifyLedger(copy);
    rmSync(copy);
    return report;
  }

  const anyRecord = fc.nat({ max: 35 });
  const at = (index: number): StoredRecord => {
    const found = stored[index];
    if (found === undefined) throw new Error(`no record ${index}`);
    return found;
  };
  const nameOf = ({ record }: StoredRecord) => ({ chain: record.chain.uid, seq: record.chain.seq });

  test('as written is valid', async () => {
    expect(stored).toHaveLength(36);
    expect(await verifyLedger(original)).toMatchObject({
      valid: true,
      records: 36,
      chains: 2,
      open: 0,
    });
  });

  interface ColumnChange {
    readonly column: string;
    readonly value: string;
  }

  test.each<ColumnChange>([
    { column: 'entry', value: 'entry + 1000' },
    { column: 'chain', value: 'chain + 1000' },
    { column: 'seq', value: 'seq + 1000' },
    { column: 'id', value: "'00000000-0000-0000-0000-000000000000'" },
    { column: 'kind', value: "'dns'" },
    { column: 'phase', value: "phase || 'x'" },
    { column: 'time_ms', value: 'time_ms - 1' },
    { column: 'user', value: "'mallory'" },
    { column: 'workspace_id', value: 'NULL' },
    { column: 'session_id', value: "session_id || ' '" },
    { column: 'client', value: "'other'" },
    { column: 'provider', value: "'other'" },
    { column: 'model', value: "'other'" },
    { column: 'received_ms', value: 'received_ms + 1' },
    { column: 'leaf', value: 'zeroblob(32)' },
    { column: 'body', value: "json_set(body, '$.client', 'other')" },
    { column: 'body', value: "body || ' '" },
  ])('a changed column is found at its record: $column = $value', async ({ column, value }) => {
    for (const index of [0, 17, 35]) {
      const record = at(index);
      const report = await verifyAfter(
        `UPDATE record SET ${column} = ${value} WHERE entry = ?`,
        record.entry,
      );
      expect(report).toMatchObject({ valid: false, firstBad: nameOf(record) });
    }
  });

  property.prop([anyRecord, fc.nat(), fc.integer({ min: 1, max: 127 })], { numRuns: 50 })(
    'any changed character of a record is found at that record',
    async (index, position, mask) => {
      const record = at(index);
      const body = openBody(original, record.entry);
      const point = position % body.length;
      const flipped = String.fromCharCode(body.charCodeAt(point) ^ mask);
      const changed = `${body.slice(0, point)}${flipped}${body.slice(point + 1)}`;
      const report = await verifyAfter(
        'UPDATE record SET body = ? WHERE entry = ?',
        changed,
        record.entry,
      );
      expect(report).toMatchObject({ valid: false, firstBad: nameOf(record) });
    },
  );

  property.prop([anyRecord])(
    'a deleted record is named, also the last of a chain',
    async (index) => {
      const record = at(index);
      const report = await verifyAfter('DELETE FROM record WHERE entry = ?', record.entry);
      expect(report.firstBad).toMatchObject(nameOf(record));
      expect(['missing', 'cut_off']).toContain(report.firstBad?.problem);
    },
  );

  property.prop([anyRecord], { numRuns: 15 })(
    'changed or missing content is found at its record',
    async (index) => {
      const hash = Object.values(at(index).record.contentHashes ?? {})[0];
      if (hash === undefined) return;
      const { entry } = at(index);
      const change = await verifyAfter(
        "UPDATE content SET text = CAST(text || '.' AS BLOB) WHERE entry = ? AND sha256 = ?",
        entry,
        hash,
      );
      expect(change.firstBad).toMatchObject({ ...nameOf(at(index)), problem: 'content_altered' });
      const removal = await verifyAfter(
        'DELETE FROM content WHERE entry = ? AND sha256 = ?',
        entry,
        hash,
      );
      expect(removal.firstBad).toMatchObject({ ...nameOf(at(index)), problem: 'content_missing' });
    },
  );

  test('content removed on purpose is counted, not missed', async () => {
    const hash = Object.values(at(0).record.contentHashes ?? {})[0] ?? '';
    const report = await verifyAfter(
      "UPDATE content SET text = NULL, absence = 'retention' WHERE entry = ? AND sha256 = ?",
      at(0).entry,
      hash,
    );
    expect(report).toMatchObject({ valid: true, absentContents: 1 });
  });

  test.each([
    {
      change: `reporter = '{"user":"eve","isVerified":true}'`,
      where: 'reporter IS NOT NULL',
      seq: 0,
    },
    { change: `reporter = 'garbage'`, where: 'reporter IS NOT NULL', seq: 0 },
    { change: 'reporter = NULL', where: 'reporter IS NOT NULL', seq: 0 },
    { change: `reporter = '{"user":"eve","isVerified":true}'`, where: 'reporter IS NULL', seq: 0 },
    {
      change: "uid = '00000000-0000-4000-8000-000000000000'",
      where: 'reporter IS NOT NULL',
      seq: 0,
    },
    { change: 'start_seq = 1', where: 'reporter IS NOT NULL', seq: 0 },
    { change: "start_prev = 'x'", where: 'reporter IS NOT NULL', seq: 0 },
    { change: 'head_seq = head_seq + 1', where: 'reporter IS NOT NULL', seq: 18 },
    { change: "head_hash = 'x'", where: 'reporter IS NULL', seq: 18 },
  ])('a changed chain is found: $change where $where', async ({ change, where, seq }) => {
    const report = await verifyAfter(`UPDATE chain SET ${change} WHERE ${where}`);
    expect(report).toMatchObject({ valid: false, firstBad: { seq } });
  });

  test('one byte changed in the file itself is found at its record', async () => {
    for (const record of stored.filter((_, index) => index % 5 === 0)) {
      const bytes = readFileSync(original);
      const hash = `"hash":"${record.record.chain.hash}"`;
      // SQLite leaves old copies behind when it splits a page: all of them are changed.
      for (let at = bytes.indexOf(hash); at !== -1; at = bytes.indexOf(hash, at + 1)) {
        bytes.write('X', at - 30); // inside the record, before its chain
      }
      const copy = join(scratch.path, 'byte.db');
      writeFileSync(copy, bytes);
      expect((await verifyLedger(copy)).firstBad).toMatchObject(nameOf(record));
    }
  });

  test('a damaged file is reported, not thrown', async () => {
    const bytes = readFileSync(original);
    const copy = join(scratch.path, 'damaged.db');
    writeFileSync(copy, bytes.fill(0xff, 40_000, 60_000));
    expect(await verifyLedger(copy)).toMatchObject({
      valid: false,
      firstBad: { problem: 'damaged' },
    });
  });

  function openBody(path: string, entry: number): string {
    const database = new DatabaseSync(path, { readOnly: true });
    const row = database.prepare('SELECT body FROM record WHERE entry = ?').get(entry);
    database.close();
    return String(row?.['body']);
  }

  test('the reader and the verifier see the same records', async () => {
    await using reader = openLedgerReader(original);
    expect(await reader.records(0, 100)).toEqual(stored);
  });
});
