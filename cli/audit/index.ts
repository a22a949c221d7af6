import { InvalidArgumentError, type Command } from 'commander';
import type { AuditEntry } from '../../audit';
import type { CliIo } from '../io';
import { renderDetail } from './detail';
import { registerEvidenceCommands } from './evidence';
import { runExport, type ExportFlags } from './export';
import { allEntries, toQuery, withFilters, type FilterFlags } from './filters';
import { follow } from './follow';
import { openSource, withSource } from './source';
import { renderLine } from './timeline';

interface TailFlags extends FilterFlags {
  readonly follow?: true;
}

/** `aigov audit tail|search|show|verify|export`: the records of a spool, a ledger or a server. */
export function registerAuditCommands(program: Command, io: CliIo): void {
  const audit = program
    .command('audit')
    .description('the records: what was asked of models, reached, run and refused')
    .addHelpText('after', '\nExample: aigov audit tail ./aigov-data\n');
  withFilters(audit.command('tail [dir]'), 20)
    .description('the newest entries, oldest of them first')
    .option('-f, --follow', 'go on with new entries until interrupted')
    .addHelpText('after', '\nExample: aigov audit tail --kind egress --kind command -f\n')
    .action((directory: string | undefined, flags: TailFlags) => runTail(directory, flags, io));
  withFilters(audit.command('search [dir]'), 50)
    .description('entries that match every filter, newest first; exits 1 when there is none')
    .option('--text <text>', 'found in facts or content')
    .addHelpText(
      'after',
      '\nExample: aigov audit search --user ada --text "rm -rf" --from 2026-11-01\n',
    )
    .action((directory: string | undefined, flags: FilterFlags) => runSearch(directory, flags, io));
  withSource(audit.command('show <id> [dir]'))
    .description('one entry with its content; exits 1 when there is none')
    .option('--json', 'print one document')
    .addHelpText('after', '\nExample: aigov audit show 01a1fd5f-a206-7381-93f8-afa803d5137d\n')
    .action((id: string, directory: string | undefined, flags: FilterFlags) =>
      runShow(id, directory, flags, io),
    );
  registerEvidenceCommands(audit, io);
  withFilters(audit.command('export [dir]'), undefined)
    .description('all matching entries, newest first')
    .option('--format <format>', 'jsonl or csv', readFormat, 'jsonl')
    .option('--text <text>', 'found in facts or content')
    .option('-o, --output <file>', 'write to a file instead of standard output')
    .addHelpText(
      'after',
      '\nExample: aigov audit export --format csv -o audit.csv --from 2026-11-01\n',
    )
    .action((directory: string | undefined, flags: ExportFlags) => runExport(directory, flags, io));
}

async function runTail(directory: string | undefined, flags: TailFlags, io: CliIo): Promise<void> {
  await using source = await openSource(directory, flags, io);
  const { entries } = await source.timeline({ ...toQuery(flags), limit: flags.limit ?? 20 });
  const oldestFirst = entries.toReversed();
  for (const entry of oldestFirst) printEntry(entry, flags, io);
  if (flags.follow)
    await follow(source, toQuery(flags), oldestFirst, (entry) => printEntry(entry, flags, io));
}

async function runSearch(
  directory: string | undefined,
  flags: FilterFlags,
  io: CliIo,
): Promise<void> {
  await using source = await openSource(directory, flags, io);
  let printed = 0;
  for await (const entry of allEntries(source, flags)) {
    printEntry(entry, flags, io);
    printed += 1;
  }
  if (printed > 0) return;
  io.stderr.write('aigov: nothing matches\n');
  io.setExitCode(1);
}

async function runShow(
  id: string,
  directory: string | undefined,
  flags: FilterFlags,
  io: CliIo,
): Promise<void> {
  await using source = await openSource(directory, flags, io);
  const found = await source.find(id);
  if (found === undefined) {
    io.stderr.write(`aigov: there is no entry ${id}\n`);
    io.setExitCode(1);
    return;
  }
  io.stdout.write(flags.json ? `${JSON.stringify(found)}\n` : renderDetail(found));
}

function printEntry(entry: AuditEntry, flags: FilterFlags, io: CliIo): void {
  io.stdout.write(flags.json ? `${JSON.stringify(entry)}\n` : `${renderLine(entry, io)}\n`);
}

function readFormat(value: string): string {
  if (!['jsonl', 'csv'].includes(value)) throw new InvalidArgumentError('Allowed are jsonl, csv.');
  return value;
}
