import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  newId,
  openLedger,
  openSpool,
  verifyLedger,
  verifySpool,
  type Ledger,
  type NewRecord,
  type Spool,
} from '../../audit';

/** Runs on a tiny file system of its own: fills it, notes what is refused, frees space, goes on. Prints what happened. */
async function main(): Promise<void> {
  const [kind, directory = ''] = process.argv.slice(2);
  const path = join(directory, kind === 'spool' ? 'spool' : 'aigov.db');
  const open = async (): Promise<Spool | Ledger> =>
    kind === 'spool' ? openSpool({ directory: path }) : await openLedger({ path });
  const recorder = await open();
  const ballast = join(directory, 'ballast');
  writeFileSync(ballast, Buffer.alloc(12 * 1024 * 1024));
  const filled = await fill(recorder);
  const again = await attempt(recorder);
  rmSync(ballast);
  const afterwards = await attempt(recorder);
  await recorder.close();
  await (await open()).close();
  const report = await (kind === 'spool' ? verifySpool(path) : verifyLedger(path));
  process.stdout.write(JSON.stringify({ ...filled, again, afterwards, report }));
}

async function fill(recorder: Spool | Ledger): Promise<{ written: number; refused: string }> {
  for (let written = 0; ;) {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => attempt(recorder)));
    written += outcomes.filter((outcome) => outcome === 'written').length;
    const refused = outcomes.find((outcome) => outcome !== 'written');
    if (refused !== undefined) return { written, refused };
  }
}

async function attempt(recorder: Spool | Ledger): Promise<string> {
  const record: NewRecord = {
    id: newId(),
    kind: 'interception',
    phase: 'event',
    // Which of the two writes of a spool meets the full disk.
    data: process.argv[4] === 'record' ? { big: newId().repeat(1500) } : {},
    content: { prompt: newId().repeat(process.argv[4] === 'record' ? 1 : 50) },
  };
  return recorder.record(record).then(
    () => 'written',
    (error: { code: string; cause: Error }) => `${error.code}: ${error.cause.message}`,
  );
}

void main();
