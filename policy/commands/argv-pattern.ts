import { isUnresolved, type Argument } from './argument';
import { matchesGlob } from './glob';
import type { Invocation } from './invocation';
import { knownOptions } from './known-options';
import { argument } from './argument';
import { parseArguments, type OptionSpec, type ParsedArguments } from './options';
import { programName } from './program';

/** A rule written as an example argv, compiled. */
export interface ArgvPattern {
  /** Program names it concerns; `*` for all. */
  readonly program: string;
  matches(invocation: Pick<Invocation, 'program' | 'args'>): boolean;
}

type ArgumentTest = (args: readonly Argument[]) => boolean;

/** `-rf` → `-r`, `-f`; others stay. */
function letters(option: string): readonly string[] {
  if (option.startsWith('--') || option.length <= 2) return [option];
  return Array.from(option.slice(1), (letter) => `-${letter}`);
}

/** Whether an option was given where nothing is known of the program's options. */
function isGiven(option: string, given: readonly string[]): boolean {
  return given.some((word) => {
    if (matchesGlob(option, word) || word.startsWith(`${option}=`)) return true;
    if (option.length > 2 && word.replace(/^--/, '-').split('=')[0] === option) return true;
    if (option.startsWith('--')) return word.length >= 6 && option.startsWith(word);
    return option.length === 2 && letters(word).includes(option);
  });
}

/** Known options: all of the rule's are among those given, by canonical name, with the values it names. */
function hasOptions(wanted: ParsedArguments, given: ParsedArguments): boolean {
  return [...wanted.options].every(([name, [value]]) => {
    const values = given.options.get(name);
    if (values === undefined) return false;
    const pattern = value?.text ?? '';
    return pattern === '' || values.some(({ text }) => matchesGlob(pattern, text));
  });
}

function isPath(pattern: string): boolean {
  return /^[/~.*$]/.test(pattern);
}

/**
 * Whether the rule's operands occur in order. The first must be the first operand, unless what stands before
 * it may be the value of an option or it is a path.
 */
function inOrder(
  wanted: readonly string[],
  operands: readonly Argument[],
  mayBeValue: (word: Argument) => boolean,
): boolean {
  let next = 0;
  for (const word of operands) {
    const pattern = wanted[next];
    if (pattern === undefined) return true;
    if (!isUnresolved(word) && matchesGlob(pattern, word.text)) next += 1;
    else if (next === 0 && !mayBeValue(word) && !isPath(pattern)) return false;
  }
  return next >= wanted.length;
}

function knownTest(spec: OptionSpec, words: readonly Argument[]): ArgumentTest {
  const wanted = parseArguments(spec, words);
  const operands = wanted.operands.map(({ text }) => text);
  return (args) => {
    const given = parseArguments(spec, args);
    return hasOptions(wanted, given) && inOrder(operands, given.operands, () => false);
  };
}

function plainTest(words: readonly string[]): ArgumentTest {
  const options = words.filter((word) => word.startsWith('-'));
  const operands = words.filter((word) => !word.startsWith('-'));
  return (args) => {
    const end = args.findIndex(({ text }) => text === '--');
    const isOption = ({ text }: Argument, at: number) =>
      text.startsWith('-') && text !== '-' && (end < 0 || at < end);
    const given = args.filter(isOption).map(({ text }) => text);
    const plain = args.filter((word, at) => !isOption(word, at) && at !== end);
    const values = new Set(args.filter((_, at) => /^-[^=]*$/.test(args[at - 1]?.text ?? '')));
    const all = options.flatMap((option) => (isGiven(option, given) ? [] : letters(option)));
    return (
      all.every((option) => isGiven(option, given)) &&
      inOrder(operands, plain, (word) => values.has(word))
    );
  };
}

/** Git's options stand before and after its sub-command, and depend on it. */
function gitTest(words: readonly string[]): ArgumentTest {
  const [subcommand = '', ...rest] = words;
  const spec = knownOptions('git', subcommand);
  const test = spec ? knownTest(spec, rest.map(argument)) : plainTest(rest);
  return (args) => {
    const at = args.findIndex(({ text }, index) => isSubcommand(text, args[index - 1]?.text));
    const name = args[at];
    return name !== undefined && matchesGlob(subcommand, name.text) && test(args.slice(at + 1));
  };
}

function isSubcommand(text: string, before: string | undefined): boolean {
  return (
    !text.startsWith('-') &&
    before !== '-C' &&
    before !== '-c' &&
    !/^--(git-dir|work-tree|namespace|exec-path)$/.test(before ?? '')
  );
}

/**
 * Compiles an example argv into a test: program, sub-commands in order, options in any spelling and place.
 * `*` in a word stands for any text.
 */
export function argvPattern(argv: readonly string[]): ArgvPattern {
  const [first = '', ...rest] = argv;
  const [program = first, ...lead] = programName(first).split(' ');
  const words = [...lead, ...rest];
  const spec = knownOptions(program);
  const startsWithOption = words[0] === undefined || words[0].startsWith('-');
  const test =
    program === 'git' && !startsWithOption
      ? gitTest(words)
      : spec
        ? knownTest(spec, words.map(argument))
        : plainTest(words);
  return {
    program: program.includes('*') ? '*' : program,
    matches: (invocation) => matchesGlob(program, invocation.program) && test(invocation.args),
  };
}
