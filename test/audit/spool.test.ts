import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/jest';
import { openSpool, verifySpool, type AuditRecord, type Spool } from '../../audit';
import { closedAs, event, nextId, opened, scratchDirectory } from './harness';

async function shipAll(spool: Spool, limitBytes: number) {
  const records: AuditRecord[] = [];
  const contents: Record<string, string> = {};
  for (;;) {
    const batch = await spool.unshipped(limitBytes);
    if (batch === undefined) return { records, contents };
    records.push(...batch.records);
    Object.assign(contents, batch.contents);
    await spool.acknowledge(batch.records.at(-1)?.chain.seq ?? -1);
  }
}

function segmentFile(directory: string): string {
  const name = readdirSync(directory)
    .filter((file) => file.startsWith('segment-'))
    .sort()
    .at(-1);
  return join(directory, name ?? '');
}

test.each([
  { directory: '/proc/nowhere/spool', why: 'proc takes no folders' },
  { directory: '/dev/null/spool', why: 'a file stands in the way' },
])('$directory is refused with the reason: $why', async ({ directory }) => {
  await expect(openSpool({ directory })).rejects.toMatchObject({
    code: 'AUDIT_DIRECTORY_INVALID',
    at: directory,
  });
});

test('folders above the spool are made', async () => {
  using scratch = scratchDirectory();
  const directory = join(scratch.path, 'a', 'b');
  await using spool = await openSpool({ directory });
  expect(statSync(directory).isDirectory()).toBe(true);
  expect(spool.stats().lastSeq).toBe(-1);
});

test('directory and files are for the owner alone', async () => {
  using scratch = scratchDirectory();
  chmodSync(scratch.path, 0o755);
  await using spool = await openSpool({ directory: scratch.path });
  await spool.record(event());
  await spool.acknowledge(0);
  expect(statSync(scratch.path).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(scratch.path)) {
    expect([name, statSync(join(scratch.path, name)).mode & 0o077]).toEqual([name, 0]);
  }
});

test('concurrent writers get consecutive places in the order they called', async () => {
  using scratch = scratchDirectory();
  await using spool = await openSpool({ directory: scratch.path });
  const records = await Promise.all(Array.from({ length: 1200 }, () => spool.record(event())));
  expect(records.map(({ chain }) => chain.seq)).toEqual(records.map((_, index) => index));
  expect(await verifySpool(scratch.path)).toMatchObject({ valid: true, records: 1200, chains: 1 });
});

test('a reopened spool goes on with its chain', async () => {
  using scratch = scratchDirectory();
  for (let run = 0; run < 3; run++) {
    await using spool = await openSpool({ directory: scratch.path });
    expect(await spool.record(event())).toMatchObject({ chain: { seq: run } });
  }
  expect(await verifySpool(scratch.path)).toMatchObject({ valid: true, records: 3, chains: 1 });
});

property.prop(
  [
    fc.array(
      fc.option(fc.dictionary(fc.constantFrom('prompt', 'output'), fc.string(), { minKeys: 1 }), {
        nil: undefined,
      }),
      {
        minLength: 1,
        maxLength: 30,
      },
    ),
    fc.integer({ min: 1, max: 8000 }),
    fc.boolean(),
  ],
  { numRuns: 25 },
)(
  'batches of any size carry every record once and all its content',
  async (contents, limit, isReopened) => {
    using scratch = scratchDirectory();
    let spool = await openSpool({ directory: scratch.path });
    const written = await Promise.all(
      contents.map((content) => spool.record(event(content === undefined ? {} : { content }))),
    );
    if (isReopened) {
      await spool.close();
      spool = await openSpool({ directory: scratch.path });
    }
    const shipped = await shipAll(spool, limit);
    await spool.close();
    expect(shipped.records).toEqual(written.map((record) => JSON.parse(JSON.stringify(record))));
    const texts = contents.flatMap((content) => Object.values(content ?? {}));
    expect(new Set(Object.values(shipped.contents))).toEqual(new Set(texts));
  },
);

test('what was acknowledged is not shipped again after a restart', async () => {
  using scratch = scratchDirectory();
  {
    await using spool = await openSpool({ directory: scratch.path });
    await Promise.all([spool.record(event()), spool.record(event()), spool.record(event())]);
    await spool.acknowledge(1);
  }
  await using spool = await openSpool({ directory: scratch.path });
  expect((await spool.unshipped(1e6))?.records.map(({ chain }) => chain.seq)).toEqual([2]);
});

test('an acknowledgement of what was never written is refused', async () => {
  using scratch = scratchDirectory();
  await using spool = await openSpool({ directory: scratch.path });
  await spool.record(event());
  await expect(spool.acknowledge(1)).rejects.toMatchObject({ code: 'AUDIT_ACKNOWLEDGED_TOO_MUCH' });
});

test('a crash while writing leaves every acknowledged record, whatever byte it stopped at', async () => {
  using scratch = scratchDirectory();
  {
    await using spool = await openSpool({ directory: scratch.path });
    await spool.record(event({ content: { a: 'first' } }));
    await spool.record(event({ content: { a: 'second' } }));
  }
  const file = segmentFile(scratch.path);
  const whole = readFileSync(file);
  const keep = whole.indexOf('@', 1);
  for (let size = whole.length - 1; size > keep; size -= 23) {
    truncateSync(file, size);
    await using spool = await openSpool({ directory: scratch.path });
    expect(spool.stats()).toMatchObject({ lastSeq: 0, repairedBytes: size - keep });
    expect(await spool.record(event({ content: { a: 'again' } }))).toMatchObject({
      chain: { seq: 1 },
    });
    expect(await verifySpool(scratch.path)).toMatchObject({ valid: true, records: 2 });
    await spool.close();
    writeFileSync(file, whole);
  }
});

test.each([
  { rest: '@12', torn: 3, why: 'half a header' },
  { rest: '@900\n', torn: 5, why: 'a header' },
  { rest: '@900\n{"seq":2,"cont', torn: 19, why: 'half a record' },
  {
    rest: `@900\n#${'a'.repeat(64)} 500\n{"a":1}\n@12\n`,
    torn: 87,
    why: 'half a text that looks like ours',
  },
  {
    rest: `@9000\n${'\0'.repeat(8000)}${'x'.repeat(999)}\n`,
    torn: 9006,
    why: 'a page a power cut lost',
  },
  { rest: `@900\n${'\0'.repeat(900)}`, torn: 5, why: 'all but its first page lost' },
  { rest: '\0'.repeat(300), torn: 0, why: 'reserved space' },
])('an unfinished write is cut off: $why', async ({ rest, torn }) => {
  using scratch = scratchDirectory();
  {
    await using spool = await openSpool({ directory: scratch.path });
    await spool.record(event());
  }
  appendFileSync(segmentFile(scratch.path), rest);
  await using spool = await openSpool({ directory: scratch.path });
  expect(spool.stats().repairedBytes).toBe(torn);
  await spool.record(event({ content: { a: 'b' } }));
  expect(await verifySpool(scratch.path)).toMatchObject({ valid: true, records: 2, tornBytes: 0 });
});

test('damage that no crash explains is kept for verify to name', async () => {
  using scratch = scratchDirectory();
  {
    await using spool = await openSpool({ directory: scratch.path });
    for (let index = 0; index < 3; index++) await spool.record(event());
  }
  const file = segmentFile(scratch.path);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"seq":1', '"seq":!'));
  const before = readFileSync(file, 'utf8');
  {
    await using spool = await openSpool({ directory: scratch.path });
    await spool.record(event());
  }
  expect(readFileSync(file, 'utf8').startsWith(before)).toBe(true);
  expect((await verifySpool(scratch.path)).firstBad).toMatchObject({
    seq: 1,
    problem: 'unreadable',
  });
});

test('what a dead writer left open is closed as crashed, once', async () => {
  using scratch = scratchDirectory();
  const [running, done] = [nextId(), nextId()];
  {
    await using spool = await openSpool({ directory: scratch.path });
    await spool.record(opened(running, { sessionId: 's-1', content: { prompt: 'hi' } }));
    await spool.record(opened(done));
    await spool.record(closedAs(done, 'completed'));
  }
  for (const crashed of [1, 0]) {
    await using spool = await openSpool({ directory: scratch.path });
    expect(spool.stats()).toMatchObject({ crashed, lastSeq: 3 });
  }
  await using spool = await openSpool({ directory: scratch.path });
  const { records } = await shipAll(spool, 1e6);
  expect(records.at(-1)).toMatchObject({
    id: running,
    kind: 'interception',
    phase: 'close',
    sessionId: 's-1',
    data: { ending: 'crashed' },
  });
  expect(records.at(-1)).not.toHaveProperty('contentHashes');
});

test('a second writer is refused with the holder named', async () => {
  using scratch = scratchDirectory();
  const spool = await openSpool({ directory: scratch.path });
  await expect(openSpool({ directory: scratch.path })).rejects.toMatchObject({
    code: 'AUDIT_LOCKED',
    message: expect.stringContaining(`process ${process.pid}`),
  });
  await spool.close();
  await (await openSpool({ directory: scratch.path })).close();
});

test.each([
  { holder: { pid: 2 ** 30, startTicks: '1', bootId: 'x' }, why: 'the machine was restarted' },
  {
    holder: { pid: process.pid, startTicks: '1', bootId: undefined },
    why: 'its number belongs to a later process',
  },
])('a lock is taken over when $why', async ({ holder }) => {
  using scratch = scratchDirectory();
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  writeFileSync(
    join(scratch.path, 'lock.7'),
    JSON.stringify({ ...holder, bootId: holder.bootId ?? bootId }),
  );
  await using spool = await openSpool({ directory: scratch.path });
  expect(await spool.record(event())).toMatchObject({ chain: { seq: 0 } });
  expect(readdirSync(scratch.path).filter((name) => name.startsWith('lock'))).toEqual(['lock.8']);
});

test('recording after close is refused, what was accepted before is written', async () => {
  using scratch = scratchDirectory();
  const spool = await openSpool({ directory: scratch.path });
  const pending = spool.record(event());
  const closing = spool.close();
  await expect(spool.record(event())).rejects.toMatchObject({ code: 'AUDIT_CLOSED' });
  await closing;
  expect((await pending).chain.seq).toBe(0);
});

describe('size limit', () => {
  const big = 'x'.repeat(1000);

  test('a full spool refuses what begins and still closes what began', async () => {
    using scratch = scratchDirectory();
    await using spool = await openSpool({ directory: scratch.path, maxBytes: 20_000 });
    const id = nextId();
    await spool.record(opened(id));
    const fill = async () => {
      for (;;) await spool.record(event({ data: { big } }));
    };
    await expect(fill()).rejects.toMatchObject({ code: 'AUDIT_SPOOL_FULL' });
    expect(spool.stats().bytes).toBeLessThanOrEqual(20_000);
    expect(spool.stats().bytes).toBeGreaterThan(17_000);
    await spool.record(closedAs(id, 'completed'));
    expect(await verifySpool(scratch.path)).toMatchObject({ valid: true, open: 0 });
  });

  test('shipped segments go, open things in them are still closed as crashed', async () => {
    using scratch = scratchDirectory();
    const limits = { directory: scratch.path, maxBytes: 14 << 20, keepShippedBytes: 0 };
    const id = nextId();
    {
      await using spool = await openSpool(limits);
      await spool.record(opened(id));
      for (let round = 0; round < 6; round++) {
        await Promise.all(
          Array.from({ length: 9 }, () =>
            spool.record(event({ data: { big: 'x'.repeat(500_000) } })),
          ),
        );
        await shipAll(spool, 4 << 20);
      }
      expect(spool.stats().bytes).toBeLessThan(10 << 20);
      expect(readdirSync(scratch.path)).not.toContain('segment-000000000000.log');
      expect(await verifySpool(scratch.path)).toMatchObject({ valid: true, open: 1 });
    }
    await using spool = await openSpool(limits);
    expect(spool.stats().crashed).toBe(1);
    expect((await shipAll(spool, 1e6)).records).toMatchObject([
      { id, data: { ending: 'crashed' } },
    ]);
    expect(await verifySpool(scratch.path)).toMatchObject({ valid: true, open: 0 });
  });

  test('an unreachable server costs no record: room comes back when it answers', async () => {
    using scratch = scratchDirectory();
    await using spool = await openSpool({ directory: scratch.path, maxBytes: 9 << 20 });
    const write = () => spool.record(event({ data: { big: 'x'.repeat(900_000) } }));
    for (let index = 0; index < 10; index++) await write();
    await expect(write()).rejects.toMatchObject({ code: 'AUDIT_SPOOL_FULL' });
    expect((await shipAll(spool, 1e6)).records).toHaveLength(10);
    expect((await write()).chain.seq).toBe(10);
  });
});

test('hostile text cannot make a record impossible', async () => {
  using scratch = scratchDirectory();
  await using spool = await openSpool({ directory: scratch.path });
  const record = await spool.record(
    event({
      client: 'a\ud800b',
      data: { list: [Number.POSITIVE_INFINITY, '\udfff'], ['__proto__']: 'x', 'k\ud800': 1 },
      content: { prompt: 'p\ud800', ['__proto__']: 'q' },
    }),
  );
  expect(record.client).toBe('a\ufffdb');
  expect(record.data['list']).toEqual([null, '\ufffd']);
  const batch = await spool.unshipped(1e6);
  expect(Object.values(batch?.contents ?? {}).sort()).toEqual(['p\ufffd', 'q']);
  expect(await verifySpool(scratch.path)).toMatchObject({ valid: true });
});
