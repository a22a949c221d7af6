/**
 * policy/commands/: rules over what a command really runs. `examine.ts` takes an argv or a shell text apart into
 * invocations (wrappers off, options and paths understood), `rules/` judge invocations, `decide.ts` is the door.
 */
export { compileCommands, type CompiledCommands } from './compile';
export {
  decideCommand,
  decideShellText,
  examineCommand,
  watchedCommandNames,
  type CommandRequest,
  type ShellDecision,
  type ShellRequest,
} from './decide';
export type {
  CommandDenyRule,
  CommandExample,
  CommandRuleMode,
  CommandsDocument,
} from './document';
export type { Unresolved } from './invocation';
export type { CommandRule } from './rule';
export { BUILT_IN_RULES } from './rules';
