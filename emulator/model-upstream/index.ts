/**
 * A model provider that answers from a script: part of demo, doctor and emulate, and of the tests. Start reading at
 * `script.ts` (what a script says), then `server.ts`.
 */
export {
  startModelUpstream,
  type ModelUpstream,
  type ModelUpstreamOptions,
  type ReceivedRequest,
} from './server';
export type { ScriptedBehaviour, ScriptedBlock, ScriptedTurn, ScriptedUsage } from './script';
