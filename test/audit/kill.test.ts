import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import {
  openLedger,
  openLedgerReader,
  openSpool,
  openSpoolReader,
  verifyLedger,
  verifySpool,
  type RecordReader,
} from '../../audit';
import { scratchDirectory } from './harness';

const KILLS = 50;

interface Store {
  readonly kind: 'spool' | 'ledger';
  readonly place: string;
  /** Starts the next writer, which repairs and closes what was left. */
  readonly restart: (path: string) => Promise<void>;
  readonly reader: (path: string) => RecordReader;
  readonly verify: typeof verifySpool;
}

const STORES: readonly Store[] = [
  {
    kind: 'spool',
    place: 'spool',
    restart: async (directory) => (await openSpool({ directory })).close(),
    reader: openSpoolReader,
    verify: verifySpool,
  },
  {
    kind: 'ledger',
    place: 'aigov.db',
    restart: async (path) => (await openLedger({ path })).close(),
    reader: openLedgerReader,
    verify: verifyLedger,
  },
];

function bundleChild(directory: string): string {
  buildSync({
    entryPoints: [
      join(__dirname, 'writing-child.ts'),
      join(__dirname, '..', '..', 'audit', 'ledger', 'writer-thread.ts'),
    ],
    entryNames: '[name]',
    bundle: true,
    platform: 'node',
    target: 'node20',
    outdir: directory,
  });
  return join(directory, 'writing-child.js');
}

/** Lets a child write until it acknowledged `count` records, kills it, returns all it acknowledged. */
async function writeUntilKilled(args: readonly string[], count: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--no-warnings', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const acknowledged: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    if (line !== 'ready') acknowledged.push(line);
    if (acknowledged.length === count) child.kill('SIGKILL');
  });
  await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return acknowledged;
}

async function everyRecord(reader: RecordReader): Promise<{ lines: Set<string>; crashed: number }> {
  const lines = new Set<string>();
  let crashed = 0;
  let after = 0;
  for (;;) {
    const page = await reader.records(after, 5000);
    for (const { entry, record } of page) {
      lines.add(`${record.id} ${record.phase}`);
      crashed += record.data['ending'] === 'crashed' ? 1 : 0;
      after = entry;
    }
    if (page.length === 0) return { lines, crashed };
  }
}

test.each(STORES)(
  `${KILLS} × SIGKILL while writing into a $kind: no acknowledged record is lost, every open one is closed`,
  async ({ kind, place, restart, reader, verify }) => {
    using scratch = scratchDirectory();
    const child = bundleChild(scratch.path);
    const path = join(scratch.path, place);
    const acknowledged: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const count = 1 + ((kill * 37) % 90);
      acknowledged.push(...(await writeUntilKilled([child, kind, path], count)));
    }
    await restart(path);
    await using records = reader(path);
    const { lines, crashed } = await everyRecord(records);
    expect(acknowledged.filter((line) => !lines.has(line))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(KILLS);
    expect(crashed).toBeGreaterThan(0);
    expect(await verify(path)).toMatchObject({ valid: true, open: 0, chains: 1 });
  },
  120_000,
);
