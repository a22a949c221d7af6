/**
 * Records per second into spool and ledger, with group commit, over what the disk and SQLite alone can do in the same
 * run. `--json` prints one document.
 *
 * Floors: a raw append with fdatasync per batch of as many bytes; a raw insert of the same line into one table
 * without any index, a commit per batch. Both with batches as large as the writers are many.
 */
import { mkdtempSync, openSync, closeSync, fdatasyncSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  createIdSource,
  openLedger,
  openSpool,
  verifyLedger,
  type NewRecord,
  type Recorder,
} from '../audit';

const RUN_MS = 3000;
const CONCURRENCY = [1, 32, 256];
const nextId = createIdSource();

interface Row {
  readonly what: string;
  readonly concurrency: number;
  readonly perSecond: number;
  readonly cpuMicros: number;
  /** Share of the floor's rate. */
  readonly ofFloor: number;
}

/** A record as the gateway writes it, without content: about 900 bytes in the chain. */
function sample(): NewRecord {
  return {
    id: nextId(),
    kind: 'egress',
    phase: 'event',
    actor: { user: 'ada', isVerified: true },
    workspace: {
      id: '5f0f0a0e-0000-4000-8000-000000000001',
      name: 'ada-dev',
      templateId: '5f0f0a0e-0000-4000-8000-000000000002',
      templateName: 'payments',
      templateVersion: 'v3',
    },
    sessionId: '5f0f0a0e-0000-4000-8000-000000000003',
    client: 'claude-code',
    policy: { version: 'a'.repeat(64), layer: 'org', rule: 'domain=github.com' },
    data: { effect: 'allow', method: 'GET', url: 'https://github.com/some/repository', pid: 4711 },
  };
}

interface Measured {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

/** `step` does `count` units of work. */
async function measure(step: () => number | Promise<number>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < RUN_MS) count += await step();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - start) / 1000;
  return { perSecond: Math.round(count / seconds), cpuMicros: (user + system) / count };
}

/** Each writer waits for its own record, so batches form by themselves. */
async function measureRecorder(recorder: Recorder, concurrency: number): Promise<Measured> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  let count = 0;
  const write = async (): Promise<void> => {
    for (; performance.now() - start < RUN_MS; count++) await recorder.record(sample());
  };
  await Promise.all(Array.from({ length: concurrency }, write));
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - start) / 1000;
  return { perSecond: Math.round(count / seconds), cpuMicros: (user + system) / count };
}

async function appendFloor(directory: string, batch: number, line: string): Promise<Measured> {
  const file = openSync(join(directory, `floor-${batch}.jsonl`), 'a');
  const bytes = Buffer.from(line.repeat(batch));
  const measured = await measure(() => {
    writeSync(file, bytes);
    fdatasyncSync(file);
    return batch;
  });
  closeSync(file);
  return measured;
}

async function insertFloor(directory: string, batch: number, line: string): Promise<Measured> {
  const database = new DatabaseSync(join(directory, `floor-${batch}.db`));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE record (entry INTEGER PRIMARY KEY, body TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO record (body) VALUES (?)');
  const measured = await measure(() => {
    database.exec('BEGIN IMMEDIATE');
    for (let index = 0; index < batch; index++) insert.run(line);
    database.exec('COMMIT');
    return batch;
  });
  database.close();
  return measured;
}

async function run(directory: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const concurrency of CONCURRENCY) {
    const path = join(directory, `ledger-${concurrency}.db`);
    const spool = await openSpool({
      directory: join(directory, `spool-${concurrency}`),
      maxBytes: 4e9,
    });
    const line = `${JSON.stringify(await spool.record(sample()))}\n`;
    const append = await appendFloor(directory, concurrency, line);
    const insert = await insertFloor(directory, concurrency, line);
    const ledger = await openLedger({ path });
    const toSpool = await measureRecorder(spool, concurrency);
    const toLedger = await measureRecorder(ledger, concurrency);
    await Promise.all([spool.close(), ledger.close()]);
    const row = (what: string, measured: Measured, floor: Measured): Row => ({
      what,
      concurrency,
      ...measured,
      ofFloor: measured.perSecond / floor.perSecond,
    });
    rows.push(row('floor: append + fdatasync', append, append), row('spool', toSpool, append));
    rows.push(row('floor: SQLite insert', insert, insert), row('ledger', toLedger, insert));
    if (!(await verifyLedger(path)).valid) throw new Error('the ledger does not verify');
  }
  return rows;
}

function print(rows: readonly Row[]): void {
  for (const { what, concurrency, perSecond, cpuMicros, ofFloor } of rows) {
    const cells = [
      what.padEnd(28),
      `${concurrency} writers`.padStart(12),
      `${perSecond}/s`.padStart(12),
      `${cpuMicros.toFixed(1)} µs CPU`.padStart(16),
      ofFloor.toFixed(2).padStart(8),
    ];
    process.stdout.write(`${cells.join('')}\n`);
  }
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'aigov-bench-'));
  try {
    const rows = await run(directory);
    if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(rows)}\n`);
    else print(rows);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

void main();
