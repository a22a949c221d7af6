import { InvalidArgumentError, type Command } from 'commander';
import { RECORD_KINDS, type AuditEntry, type EntryQuery, type RecordKind } from '../../audit';
import { withSource, type RecordSource, type SourceFlags } from './source';

/** Flags that say which entries. */
export interface FilterFlags extends SourceFlags {
  readonly kind?: readonly RecordKind[];
  readonly user?: string;
  readonly workspace?: string;
  readonly session?: string;
  readonly client?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly text?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly json?: true;
}

/** Adds the flags that say which entries. */
export function withFilters(command: Command, defaultLimit: number | undefined): Command {
  return withSource(command)
    .option('--kind <kind>', `one of ${RECORD_KINDS.join(', ')}; repeatable`, addKind)
    .option('--user <name>', 'of this person')
    .option('--workspace <id-or-name>', 'of this workspace')
    .option('--session <id>', 'of this client session')
    .option('--client <id>', 'of this AI client')
    .option('--provider <name>', 'of this provider')
    .option('--model <name>', 'of this model')
    .option('--from <time>', 'began then or later (RFC 3339 or a date)', readTime)
    .option('--to <time>', 'began before', readTime)
    .option('-n, --limit <count>', 'at most so many', readCount, defaultLimit)
    .option('--json', 'print one object a line');
}

export function toQuery(flags: FilterFlags): EntryQuery {
  const { kind: kinds, session: sessionId, user, workspace, client, provider, model } = flags;
  const { text, from, to } = flags;
  const all = { kinds, sessionId, user, workspace, client, provider, model, text, from, to };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Page after page, up to `--limit`. */
export async function* allEntries(
  source: Pick<RecordSource, 'timeline'>,
  flags: FilterFlags,
): AsyncGenerator<AuditEntry> {
  let left = flags.limit ?? Infinity;
  let before: string | undefined;
  do {
    const limit = Math.min(left, 1000);
    const at = before === undefined ? {} : { before };
    const { entries, next } = await source.timeline({ ...toQuery(flags), ...at, limit });
    yield* entries;
    left -= entries.length;
    before = next;
  } while (before !== undefined && left > 0);
}

function addKind(value: string, before: readonly RecordKind[] = []): readonly RecordKind[] {
  const kind = RECORD_KINDS.find((known) => known === value);
  if (kind === undefined) throw new InvalidArgumentError(`Allowed are ${RECORD_KINDS.join(', ')}.`);
  return [...before, kind];
}

/** @throws InvalidArgumentError */
export function readTime(value: string): string {
  const timeMs = Date.parse(value);
  if (Number.isNaN(timeMs))
    throw new InvalidArgumentError('Allowed is an RFC 3339 time or a date.');
  return new Date(timeMs).toISOString();
}

function readCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1)
    throw new InvalidArgumentError('Allowed is 1 or more.');
  return count;
}
