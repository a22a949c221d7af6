import type { Argument } from './argument';
import type { Invocation, Places } from './invocation';
import { knownOptions, GIT_OPTIONS } from './known-options';
import { optionSpec, parseArguments, parseLeadingOptions, type ParsedArguments } from './options';
import { resolvePath } from './path';

/** A git command with what precedes its sub-command taken off. */
export interface GitCommand extends ParsedArguments {
  readonly subcommand: string;
  /** All words after the sub-command. */
  readonly words: readonly Argument[];
  readonly places: Places;
}

const NO_OPTIONS = optionSpec('');

/** Reads `git -C dir -c x=y push --force`; undefined when it is none of the sub-commands asked for. */
export function readGit(
  { args, places }: Pick<Invocation, 'args' | 'places'>,
  subcommands: readonly string[],
): GitCommand | undefined {
  const { options, operands } = parseLeadingOptions(GIT_OPTIONS, args);
  const [name, ...words] = operands;
  if (name === undefined || !subcommands.includes(name.text)) return undefined;
  const spec = knownOptions('git', name.text) ?? NO_OPTIONS;
  let here = places;
  for (const directory of options.get('C') ?? []) {
    const { cwd: _, ...rest } = here;
    const path = resolvePath(directory, here);
    here = path ? { ...rest, cwd: `/${path.join('/')}` } : rest;
  }
  return { subcommand: name.text, words, places: here, ...read(spec, words) };
}

function read(spec: ReturnType<typeof optionSpec>, words: readonly Argument[]): ParsedArguments {
  const { options, operands } = parseArguments(spec, words);
  return { options, operands };
}
