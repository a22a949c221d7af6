import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { openSpoolReader, type AuditRecord } from '../../audit';
import { AigovError, suggestRules, type DeniedRequest, type Suggestions } from '../../policy';
import type { CliIo } from '../io';
import { loadLayers, type FactOptions } from './policy-files';

export interface SuggestOptions extends FactOptions {
  /** Spool directory. */
  readonly audit?: string;
  /** JSON lines of audit records, as `aigov audit export --format jsonl` writes them. */
  readonly records?: string;
  readonly name: string;
  readonly json?: boolean;
}

/** Records read at a time. */
const PAGE = 1000;

function deniedRequest(record: Pick<AuditRecord, 'kind' | 'data'>): readonly DeniedRequest[] {
  const { effect, method, url, denial } = record.data;
  const isDenied = effect === 'deny' || denial !== undefined;
  return record.kind === 'egress' &&
    isDenied &&
    typeof url === 'string' &&
    typeof method === 'string'
    ? [{ method, url }]
    : [];
}

async function fromSpool(directory: string): Promise<readonly DeniedRequest[]> {
  await using reader = openSpoolReader(directory);
  const found: DeniedRequest[] = [];
  for (let after = 0; ;) {
    const page = await reader.records(after, PAGE);
    found.push(...page.flatMap(({ record }) => deniedRequest(record)));
    const last = page.at(-1);
    if (!last) return found;
    after = last.entry;
  }
}

function fromLines(file: string, shown: string): readonly DeniedRequest[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, at) => {
      if (line.trim() === '') return [];
      try {
        return deniedRequest(JSON.parse(line) as AuditRecord);
      } catch (cause) {
        throw new AigovError('RECORD_INVALID', `line ${at + 1} is no audit record`, {
          remedy: 'Give JSON lines of audit records.',
          at: `${shown}:${at + 1}`,
          cause,
        });
      }
    });
}

async function readDenials(
  { audit, records }: SuggestOptions,
  io: CliIo,
): Promise<readonly DeniedRequest[]> {
  const given = audit ?? records;
  if (given === undefined) {
    throw new AigovError('USAGE', 'neither --audit nor --records is given', {
      remedy: 'Name a spool directory with --audit DIR.',
    });
  }
  const path = resolve(io.cwd, given);
  if (!existsSync(path)) {
    throw new AigovError('AUDIT_UNREADABLE', `${given} does not exist`, {
      remedy: 'Name the folder or file of the audit records.',
      at: given,
    });
  }
  return audit === undefined ? fromLines(path, given) : fromSpool(path);
}

/** The layer as a file ready to commit, each rule with what it would have allowed. */
function asLayer({ suggestions }: Suggestions, name: string): string {
  const header = `apiVersion: aigov/v1\nname: ${stringify(name).trim()}\nnetwork:\n`;
  if (suggestions.length === 0) return `${header}  allow: []\n`;
  const rules = suggestions.flatMap(({ rule, allows, examples, generalised }) => [
    `    # would have allowed ${allows} denied ${allows === 1 ? 'request' : 'requests'}, such as ${oneLine(examples[0])}`,
    ...(generalised === undefined
      ? []
      : [`    # wider than the requests, because of ${generalised}`]),
    `    - ${JSON.stringify(rule)}`,
  ]);
  return `${header}  allow:\n${rules.join('\n')}\n`;
}

/** Hostile text: no line breaks, no terminal escapes, not long. */
function oneLine(request: DeniedRequest | undefined): string {
  return JSON.stringify(`${request?.method} ${request?.url}`.slice(0, 120));
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
    io.stderr.write(`not suggested: ${oneLine(request)} (${count} times): ${reason}; ${remedy}\n`);
  }
  io.stdout.write(asLayer(suggestions, options.name));
}
