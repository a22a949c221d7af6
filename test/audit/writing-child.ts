import { createInterface } from 'node:readline';
import { newId, openLedger, openSpool, type NewRecord, type Recorder } from '../../audit';

/**
 * A process to be killed: writes records without end from many writers and prints the id of each one only after it
 * was acknowledged. `spool DIR` or `ledger FILE`.
 */
const WRITERS = 16;

async function main(): Promise<void> {
  const [kind, path = ''] = process.argv.slice(2);
  const recorder: Recorder =
    kind === 'spool' ? await openSpool({ directory: path }) : await openLedger({ path });
  process.stdout.write('ready\n');
  createInterface({ input: process.stdin }).on('close', () => process.exit(0));
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(recorder, writer)));
}

async function write(recorder: Recorder, writer: number): Promise<never> {
  const content = { prompt: `from writer ${writer}`.repeat(20) };
  for (;;) {
    const id = newId();
    const record: NewRecord = {
      id,
      kind: 'interception',
      phase: 'open',
      data: { writer },
      content,
    };
    await recorder.record(record);
    process.stdout.write(`${id} open\n`);
    await recorder.record({ ...record, phase: 'close', data: { ending: 'completed' } });
    process.stdout.write(`${id} close\n`);
  }
}

void main();
