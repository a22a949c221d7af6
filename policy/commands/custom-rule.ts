import { AigovError } from '../error';
import { argvPattern } from './argv-pattern';
import type { CommandDenyRule, CommandExample } from './document';
import { examineArgv, examineText, type Examination } from './examine';
import { placesAt } from './invocation';
import type { CommandRule } from './rule';

/** Places examples are read in. */
const EXAMPLE_PLACES = placesAt('/home/me/project', '/home/me', '/home/me/project');
const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** A document rule compiled, or what is wrong with it. */
export interface CompiledCustomRule {
  readonly rule?: CommandRule;
  readonly faults: readonly AigovError[];
}

/** Compiles one rule of a document and runs its examples. */
export function compileCustomRule(document: CommandDenyRule, place: string): CompiledCustomRule {
  const [program] = document.argv;
  if (!ID.test(document.id)) return { faults: [faultyId(document.id, place)] };
  if (program === undefined || program === '') return { faults: [faultyArgv(place)] };
  const pattern = argvPattern(document.argv);
  const rule: CommandRule = {
    id: document.id,
    severity: 'high',
    mode: 'enforce',
    reason: document.reason ?? `this organisation does not allow "${document.argv.join(' ')}"`,
    advice: 'do it another way',
    programs: [pattern.program],
    matches: (invocation) => pattern.matches(invocation),
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
