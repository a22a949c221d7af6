/**
 * emulator/: plays the outside world for demo, doctor, emulate and tests. May import provider/plugin only.
 */
export {
  startModelUpstream,
  type ModelUpstream,
  type ModelUpstreamOptions,
  type ReceivedRequest,
  type ScriptedBehaviour,
  type ScriptedBlock,
  type ScriptedTurn,
  type ScriptedUsage,
} from './model-upstream';
