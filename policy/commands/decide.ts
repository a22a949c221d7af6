import type { Decision } from '../decision';
import { UNKNOWN } from './argument';
import { BUILT_IN_LAYER, type ActiveRule, type CompiledCommands } from './compile';
import { examineArgv, examineText, type Examination } from './examine';
import { placesAt, type Invocation, type Places, type Unresolved } from './invocation';
import { fileNames, programName } from './program';
import { wrapperNames } from './unwrap';

/** Where a command runs. Unknown home and project stand for themselves: `~` and `.` are still protected. */
interface CommandPlace {
  /** @default the project's root */
  readonly cwd?: string;
  readonly home?: string;
  /** Root of the project. @default `cwd` */
  readonly workdir?: string;
  /** All variables of the process; when absent every variable but HOME and PWD is unknown. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One program about to be executed. */
export interface CommandRequest extends CommandPlace {
  readonly argv: readonly string[];
  /** Path of the file to be executed, links resolved: its name counts besides `argv[0]`. */
  readonly executable?: string;
}

/** Text for a shell, as models write it in tool calls. */
export interface ShellRequest extends CommandPlace {
  readonly text: string;
}

/** The decision on one command found in a text. */
interface FoundCommand {
  /** As understood: wrappers off, variables filled in, `…` for what is unknown. */
  readonly argv: readonly string[];
  readonly decision: Decision;
}

/** The strictest decision of all commands in a text, the commands, and what nobody can know from the text. */
export interface ShellDecision {
  readonly decision: Decision;
  readonly commands: readonly FoundCommand[];
  readonly unresolved: readonly Unresolved[];
}

interface Policy {
  readonly commands: CompiledCommands;
}

const UNKNOWN_PROJECT = '/unknown/project';
const UNKNOWN_HOME = '/home/unknown';
const ALLOWED: Decision = { effect: 'allow', reason: 'no_rule_denies' };
const UNREADABLE: Decision = {
  effect: 'deny',
  reason: 'command_unreadable',
  remedy: 'Split the command into smaller ones, so that what it runs can be read.',
};

function placesOf({ cwd, home, workdir }: CommandPlace): Places {
  const project = workdir ?? cwd ?? UNKNOWN_PROJECT;
  return placesAt(cwd ?? project, home ?? UNKNOWN_HOME, project);
}

function decisionOf({ rule, mode, layer }: ActiveRule): Decision {
  const { id } = rule;
  if (mode === 'monitor') return { effect: 'allow', reason: 'monitored', layer, rule: id };
  const change =
    layer === BUILT_IN_LAYER
      ? `have the policy list "${id}" under commands.disable`
      : `have rule "${id}" taken out of commands.deny in layer "${layer}"`;
  const remedy = `Refused because ${rule.reason}: ${rule.advice}, or ${change}.`;
  return { effect: 'deny', reason: 'destructive_command', layer, rule: id, remedy };
}

/** Deny before monitored before allowed; among equals the first rule, which comes from the topmost layer. */
function strictest(decisions: readonly Decision[]): Decision {
  return (
    decisions.find(({ effect }) => effect === 'deny') ??
    decisions.find(({ reason }) => reason === 'monitored') ??
    ALLOWED
  );
}

function decideInvocation({ byProgram }: CompiledCommands, invocation: Invocation): Decision {
  const rules = [...(byProgram.get(invocation.program) ?? []), ...(byProgram.get('*') ?? [])];
  return strictest(rules.filter(({ rule }) => rule.matches(invocation)).map(decisionOf));
}

function decideExamination(commands: CompiledCommands, examination: Examination): ShellDecision {
  const found = examination.invocations.map((invocation) => ({
    argv: [invocation.program, ...invocation.args.map(({ text }) => text)].map((word) =>
      word.replaceAll(UNKNOWN, '…'),
    ),
    decision: decideInvocation(commands, invocation),
  }));
  const decisions = found.map(({ decision }) => decision);
  if (!examination.isComplete) decisions.push(UNREADABLE);
  return {
    decision: strictest(decisions),
    commands: found,
    unresolved: examination.unresolved,
  };
}

/** The argv under each name the program goes by: `argv[0]` may lie, the file may be a multi-call binary. */
function identities({ argv, executable }: CommandRequest): readonly (readonly string[])[] {
  const [first = '', ...rest] = argv;
  if (executable === undefined || executable === '') return argv.length > 0 ? [argv] : [];
  if (programName(executable) === programName(first)) return [argv];
  return argv.length > 0 ? [argv, [executable, ...rest]] : [[executable]];
}

/** Decides one execution. Pure. An empty argv without a known file is refused as unreadable. */
export function decideCommand(policy: Policy, request: CommandRequest): Decision {
  return examineCommand(policy, request).decision;
}

/** As `decideCommand`, with every command looked through to and what could not be resolved. */
export function examineCommand(policy: Policy, request: CommandRequest): ShellDecision {
  const argvs = identities(request);
  if (argvs.length === 0) return { decision: UNREADABLE, commands: [], unresolved: [] };
  const results = argvs.map((argv) =>
    decideExamination(policy.commands, examineArgv(argv, placesOf(request), request.env)),
  );
  return {
    decision: strictest(results.map(({ decision }) => decision)),
    commands: results.flatMap(({ commands }) => commands),
    unresolved: results.flatMap(({ unresolved }) => unresolved),
  };
}

/** Decides shell text: the strictest decision over every command found in it. Pure. */
export function decideShellText(policy: Policy, request: ShellRequest): ShellDecision {
  const examination = examineText(request.text, placesOf(request), request.env);
  return decideExamination(policy.commands, examination);
}

/**
 * File names of programs a decision could be anything but "allowed" for: those a rule names and those that
 * run others. `['*']` when a rule concerns every program.
 */
export function watchedCommandNames({ commands: { byProgram } }: Policy): readonly string[] {
  if (byProgram.has('*')) return ['*'];
  const names = [...byProgram.keys(), ...wrapperNames()].flatMap(fileNames);
  return [...new Set(names)].filter((name) => /^[\w.+-]+$/.test(name)).sort();
}
