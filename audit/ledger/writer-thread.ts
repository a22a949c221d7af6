/** The thread that writes a ledger's database: a commit there must not hold up a stream here. */
import { parentPort, workerData } from 'node:worker_threads';
import { AigovError } from '../../policy';
import { LedgerWriter } from './writer';
import type { Call, CallResult, WriterStart } from './writer-client';

async function main(): Promise<void> {
  const { path, nowMs } = workerData as WriterStart;
  const opening = LedgerWriter.open(path, nowMs);
  opening.catch(() => undefined); // told to whoever calls
  parentPort?.on('message', (call: Call) => void answer(opening, call));
}

async function answer(opening: Promise<LedgerWriter>, { id, method, args }: Call): Promise<void> {
  let result: CallResult;
  try {
    const writer = await opening;
    const work = writer[method] as (...given: unknown[]) => Promise<unknown>;
    result = { id, value: await work.apply(writer, [...args]) };
  } catch (error) {
    result = { id, error: describe(error) };
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(result);
}

/** Errors lose their class between threads. */
function describe(error: unknown): NonNullable<CallResult['error']> {
  if (!AigovError.is(error)) return { message: error instanceof Error ? error.message : 'unknown' };
  const { code, message, remedy, at } = error;
  return { code, message, remedy, ...(at === undefined ? {} : { at }) };
}

void main();
