/**
 * audit/: records, their hash chain, the workspace spool and the server ledger. May import policy/ only.
 * Start reading at `record.ts`.
 */
export type {
  Actor,
  AuditRecord,
  ChainLink,
  Ending,
  JsonValue,
  NewRecord,
  PolicyReference,
  Recorder,
  RecordKind,
  RecordPhase,
  WorkspaceFacts,
} from './record';
