import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { AigovError } from '../../policy';
import type { CliIo } from '../io';
import { CSV_HEADER, renderCsvRow } from './csv';
import { allEntries, type FilterFlags } from './filters';
import { openSource } from './source';

export interface ExportFlags extends FilterFlags {
  readonly format: 'jsonl' | 'csv';
  readonly output?: string;
}

/** Writes all matching entries as JSON lines or CSV, newest first. */
export async function runExport(
  directory: string | undefined,
  flags: ExportFlags,
  io: CliIo,
): Promise<void> {
  await using source = await openSource(directory, flags, io);
  using sink = openSink(flags.output, io);
  if (flags.format === 'csv') sink.write(CSV_HEADER);
  for await (const entry of allEntries(source, flags)) {
    sink.write(flags.format === 'csv' ? renderCsvRow(entry) : `${JSON.stringify(entry)}\n`);
  }
}

interface Sink extends Disposable {
  write(text: string): void;
}

/** Exports hold what people asked of models: the file is 0600. */
function openSink(output: string | undefined, io: CliIo): Sink {
  if (output === undefined) {
    return { write: (text) => void io.stdout.write(text), [Symbol.dispose]: () => undefined };
  }
  const file = resolve(io.cwd, output);
  try {
    const descriptor = openSync(file, 'w', 0o600);
    return {
      write: (text) => void writeSync(descriptor, text),
      [Symbol.dispose]: () => closeSync(descriptor),
    };
  } catch (cause) {
    throw new AigovError('FILE_NOT_WRITABLE', `${file}: cannot be written`, {
      remedy: 'Name a file in a directory this user may write to.',
      at: file,
      cause,
    });
  }
}
