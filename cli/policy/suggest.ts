import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import type { AuditRecord } from '../../audit';
import {
  AigovError,
  suggestRules,
  type Denied,
  type Suggestion,
  type Suggestions,
} from '../../policy';
import { allEntries, type FilterFlags } from '../audit/filters';
import { openSource, type RecordSource } from '../audit/source';
import type { CliIo } from '../io';
import { loadLayers, type FactOptions } from './policy-files';

export interface SuggestOptions extends FactOptions {
  /** Spool directory, ledger file, or a directory that holds one. */
  readonly audit?: string;
  /** URL of a running server. */
  readonly server?: string;
  /** JSON lines of audit records, as `aigov audit export --format jsonl` writes them. */
  readonly records?: string;
  readonly workspace?: string;
  readonly from?: string;
  readonly to?: string;
  readonly name: string;
  readonly json?: boolean;
}

/** What a record says was denied, in enforce mode or only in monitor mode. */
function deniedBy({ kind, data }: Pick<AuditRecord, 'kind' | 'data'>): readonly Denied[] {
  const { effect, denial, method, url, host, port, protocol } = data;
  if (effect !== 'deny' && denial === undefined) return [];
  if (kind !== 'egress' && kind !== 'dns') return [];
  if (typeof method === 'string' && typeof url === 'string') return [{ method, url }];
  if (typeof host !== 'string') return [];
  return [protocol === 'tcp' && typeof port === 'number' ? { host, port } : { host }];
}

function filtersOf({ workspace, from, to }: SuggestOptions): FilterFlags {
  return {
    kind: ['egress', 'dns'],
    ...(workspace === undefined ? {} : { workspace }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

async function fromSource(
  source: RecordSource,
  options: SuggestOptions,
): Promise<readonly Denied[]> {
  await using opened = source;
  const found: Denied[] = [];
  for await (const entry of allEntries(opened, filtersOf(options))) found.push(...deniedBy(entry));
  return found;
}

function fromLines(file: string, shown: string): readonly Denied[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, at) => {
      if (line.trim() === '') return [];
      try {
        return deniedBy(JSON.parse(line) as AuditRecord);
      } catch (cause) {
        throw new AigovError('RECORD_INVALID', `line ${at + 1} is no audit record`, {
          remedy: 'Give JSON lines of audit records.',
          at: `${shown}:${at + 1}`,
          cause,
        });
      }
    });
}

async function readDenials(options: SuggestOptions, io: CliIo): Promise<readonly Denied[]> {
  const { audit, server, records } = options;
  if ([audit, server, records].filter((given) => given !== undefined).length !== 1) {
    throw new AigovError('USAGE', 'exactly one of --audit, --server and --records is needed', {
      remedy: 'Name a spool directory with --audit DIR, or a server with --server URL.',
    });
  }
  if (server !== undefined) return fromSource(await openSource(undefined, { server }, io), options);
  const given = audit ?? records ?? '';
  const path = resolve(io.cwd, given);
  if (!existsSync(path)) {
    throw new AigovError('AUDIT_UNREADABLE', `${given} does not exist`, {
      remedy: 'Name the folder or file of the audit records.',
      at: given,
    });
  }
  return audit === undefined
    ? fromLines(path, given)
    : fromSource(await openSource(path, {}, io), options);
}

/** Denials named in the layer's head. */
const MAX_NAMED = 10;

/** The layer as a file ready to commit: each rule with what it would have allowed, and what none would. */
function asLayer({ suggestions, unsuggested }: Suggestions, name: string): string {
  const section = (wanted: Suggestion['section']) =>
    suggestions
      .filter((suggestion) => suggestion.section === wanted)
      .map(ruleLines)
      .join('');
  const tcp = section('tcp');
  return (
    headLines(unsuggested) +
    `apiVersion: aigov/v1\nname: ${stringify(name).trim()}\nnetwork:\n` +
    (suggestions.length === 0 ? '  allow: []\n' : '') +
    listed('allow', section('allow')) +
    listed('tcp', tcp)
  );
}

function headLines(unsuggested: Suggestions['unsuggested']): string {
  const shown = unsuggested.slice(0, MAX_NAMED);
  if (shown.length === 0) return '';
  const rest = unsuggested.length - shown.length;
  const lines = shown.map(
    ({ request, count, reason }) => `${oneLine(request)} (${times(count)}): ${reason}`,
  );
  const all = [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])];
  return `# would still be denied:\n${all.map((line) => `#   ${line}\n`).join('')}`;
}

const listed = (key: string, lines: string) => (lines === '' ? '' : `  ${key}:\n${lines}`);

function ruleLines({ rule, allows, examples: [first], generalised }: Suggestion): string {
  const wider =
    generalised === undefined ? '' : `    # wider than what was denied: ${generalised}\n`;
  const such = first === undefined ? '' : `, such as ${oneLine(first)}`;
  return `    # would have allowed ${times(allows)}${such}\n${wider}    - ${JSON.stringify(rule)}\n`;
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

/** Hostile text: no line breaks, no terminal escapes, not long. */
function oneLine(denied: Denied): string {
  const text =
    'url' in denied
      ? `${denied.method} ${denied.url}`
      : `${denied.host}${denied.port === undefined ? '' : `:${denied.port}`}`;
  return JSON.stringify(text.slice(0, 120));
}

/** Proposes the few rules that would have allowed what was denied, as a layer below the files given. */
export async function suggestPolicy(
  files: readonly string[],
  options: SuggestOptions,
  io: CliIo,
): Promise<void> {
  const layers = loadLayers(files, options, io);
  const suggestions = suggestRules(layers, await readDenials(options, io));
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(suggestions)}\n`);
    return;
  }
  for (const { request, count, reason, remedy } of suggestions.unsuggested) {
    io.stderr.write(`not suggested: ${oneLine(request)} (${times(count)}): ${reason}; ${remedy}\n`);
  }
  io.stdout.write(asLayer(suggestions, options.name));
}
