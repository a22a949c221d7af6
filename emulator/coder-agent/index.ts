/**
 * Plays the Coder workspace agent: environment, scripts, terminals, stop. Start reading at `coder-agent.ts`. What the
 * real agent does is taken from coder/coder's agent sources, see docs/emulator.md.
 */
export {
  startCoderAgent,
  type AttachedOutput,
  type CoderAgent,
  type CoderAgentOptions,
  type ExecOptions,
  type ExecResult,
  type StopResult,
} from './coder-agent';
export type { AgentIdentity } from './agent-environment';
export { expandEnv } from './expand-env';
export type { LeftBehind } from './left-behind';
export type { ScriptResult } from './run-script';
