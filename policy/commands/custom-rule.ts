import { AigovError } from '../error';
import { isUnresolved, type Argument } from './argument';
import type { CommandDenyRule, CommandExample } from './document';
import { examineArgv, examineText, type Examination } from './examine';
import { matchesGlob } from './glob';
import type { Places } from './invocation';
import { programName } from './program';
import type { CommandRule } from './rule';

/** Places examples are read in. */
const EXAMPLE_PLACES: Places = { cwd: '/work/project', home: '/home/me', workdir: '/work/project' };
const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

interface Pattern {
  readonly operands: readonly string[];
  readonly options: readonly string[];
}

/** `-rf` becomes `-r`, `-f`; `--name=value` stays one. */
function optionsOf(word: string): readonly string[] {
  if (word.startsWith('--') || word.length <= 2) return [word];
  return [word, ...Array.from(word.slice(1), (letter) => `-${letter}`)];
}

function patternOf(words: readonly string[]): Pattern {
  return {
    operands: words.filter((word) => !word.startsWith('-')),
    options: words.filter((word) => word.startsWith('-')),
  };
}

/** Whether an option of the rule was given: itself, in a cluster, with `=value`, or abbreviated (4+ letters). */
function isGiven(option: string, given: readonly string[]): boolean {
  return given.some((word) => {
    if (matchesGlob(option, word) || word.startsWith(`${option}=`)) return true;
    const isAbbreviation = word.startsWith('--') && word.length >= 6 && option.startsWith(word);
    return isAbbreviation || (!option.startsWith('--') && optionsOf(word).includes(option));
  });
}

/** Whether the rule's operands occur in order; words between them are values of options. */
function inOrder(wanted: readonly string[], given: readonly Argument[]): boolean {
  let next = 0;
  for (const word of given) {
    const pattern = wanted[next];
    if (pattern !== undefined && !isUnresolved(word) && matchesGlob(pattern, word.text)) next += 1;
  }
  return next >= wanted.length;
}

function matcher(words: readonly string[]): (args: readonly Argument[]) => boolean {
  const pattern = patternOf(words);
  return (args) => {
    const end = args.findIndex(({ text }) => text === '--');
    const before = end < 0 ? args : args.slice(0, end);
    const given = before.map(({ text }) => text).filter((text) => text.startsWith('-'));
    const operands = args.filter(({ text }, at) => !text.startsWith('-') || (end >= 0 && at > end));
    const singles = pattern.options.flatMap((option) =>
      option.startsWith('--') || given.includes(option)
        ? [option]
        : optionsOf(option).slice(-(option.length - 1)),
    );
    return singles.every((option) => isGiven(option, given)) && inOrder(pattern.operands, operands);
  };
}

/** A document rule compiled, or what is wrong with it. */
export interface CompiledCustomRule {
  readonly rule?: CommandRule;
  readonly faults: readonly AigovError[];
}

/** Compiles one rule of a document and runs its examples. */
export function compileCustomRule(document: CommandDenyRule, place: string): CompiledCustomRule {
  const [program, ...words] = document.argv;
  if (!ID.test(document.id)) return { faults: [faultyId(document.id, place)] };
  if (program === undefined || program === '') return { faults: [faultyArgv(place)] };
  const name = programName(program);
  const [canonical = name, ...lead] = name.split(' ');
  const test = matcher([...lead, ...words]);
  const rule: CommandRule = {
    id: document.id,
    severity: 'high',
    mode: 'enforce',
    reason: document.reason ?? `this organisation does not allow "${document.argv.join(' ')}"`,
    advice: 'do it another way',
    programs: [canonical.includes('*') ? '*' : canonical],
    matches: ({ program, args }) => matchesGlob(canonical, program) && test(args),
    match: [],
    notMatch: [],
  };
  return { rule, faults: failedExamples(rule, document, place) };
}

function examineExample(example: CommandExample): Examination {
  if (typeof example === 'string') return examineText(example, EXAMPLE_PLACES);
  return examineArgv(example, EXAMPLE_PLACES);
}

function isMatched(rule: CommandRule, example: CommandExample): boolean {
  const { invocations } = examineExample(example);
  const isConcerned = (program: string) =>
    rule.programs.some((name) => name === '*' || name === program);
  return invocations.some((one) => isConcerned(one.program) && rule.matches(one));
}

function failedExamples(rule: CommandRule, document: CommandDenyRule, place: string): AigovError[] {
  const fault = (example: CommandExample, verb: string) => {
    const shown = typeof example === 'string' ? example : example.join(' ');
    return new AigovError(
      'POLICY_COMMAND_EXAMPLE_FAILED',
      `${place} ("${rule.id}") ${verb} its example "${shown}"`,
      { remedy: 'Correct the rule or the example.', at: place },
    );
  };
  return [
    ...(document.match ?? [])
      .filter((example) => !isMatched(rule, example))
      .map((example) => fault(example, 'does not match')),
    ...(document.notMatch ?? [])
      .filter((example) => isMatched(rule, example))
      .map((example) => fault(example, 'matches, but should not,')),
  ];
}

function faultyId(id: string, place: string): AigovError {
  return new AigovError(
    'POLICY_COMMAND_ID_INVALID',
    `${place}.id is "${id}"; allowed are 1 to 64 lower-case letters, digits and dashes`,
    { remedy: 'Give the rule a short id such as "no-force-push".', at: place },
  );
}

function faultyArgv(place: string): AigovError {
  return new AigovError(
    'POLICY_COMMAND_ARGV_EMPTY',
    `${place}.argv is empty; it needs at least the program`,
    { remedy: 'Name the program, for example ["terraform", "destroy"].', at: place },
  );
}
