import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AigovError, selectLayers, type PolicyDocument, type SelectorFacts } from '../../policy';
import { loadPolicySources, MAX_POLICY_LENGTH, type PolicySource } from '../../policy/schema';
import type { CliIo } from '../io';

/** Bytes; characters are at most that many. */
const MAX_POLICY_BYTES = MAX_POLICY_LENGTH * 4;

function readPolicyFile(cwd: string, file: string): string {
  const path = resolve(cwd, file);
  const { size } = statSync(path);
  if (size > MAX_POLICY_BYTES) {
    throw new AigovError(
      'POLICY_FILE_TOO_LARGE',
      `policy file ${file} has ${size} bytes; allowed are ${MAX_POLICY_BYTES}`,
      {
        remedy: 'Split it into layers, or use patterns instead of long lists.',
        at: file,
      },
    );
  }
  return readFileSync(path, 'utf8');
}

/** Policy files as given on the command line, top layer first. */
export function loadFiles(files: readonly string[], io: CliIo): readonly PolicySource[] {
  return loadPolicySources(files, (file) => readPolicyFile(io.cwd, file), io.cwd);
}

/** What selectors are matched against. */
export interface FactOptions {
  readonly template?: string;
  readonly group?: readonly string[];
  readonly user?: string;
  readonly organization?: string;
  readonly task?: string;
}

const collect = (value: string, before: readonly string[] = []) => [...before, value];

/** Adds the options that say for whom layers with selectors are chosen. */
export function withFactOptions(command: Command): Command {
  return command
    .option('--template <name>', 'choose layers as for this template')
    .option('--group <name>', 'choose layers as for a member of this group (repeat)', collect)
    .option('--user <name>', 'choose layers as for this person')
    .option('--organization <name>', 'choose layers as for this organisation')
    .option('--task <name>', 'choose layers as for this task');
}

function factsOf({ template, group, user, organization, task }: FactOptions): SelectorFacts {
  return {
    ...(template === undefined ? {} : { template }),
    ...(group === undefined ? {} : { groups: group }),
    ...(user === undefined ? {} : { user }),
    ...(organization === undefined ? {} : { organization }),
    ...(task === undefined ? {} : { task }),
  };
}

/** The layers of the files that apply to the facts given; layers left out are named on stderr. */
export function loadLayers(
  files: readonly string[],
  options: FactOptions,
  io: CliIo,
): readonly PolicyDocument[] {
  const layers = loadFiles(files, io).map(({ document }) => document);
  const chosen = selectLayers(layers, factsOf(options));
  const names = new Set(chosen.map(({ name }) => name));
  for (const { name } of layers) {
    if (!names.has(name))
      io.stderr.write(`layer "${name}" does not apply: its selectors do not match\n`);
  }
  return chosen;
}
