/**
 * audit/: records, their hash chain, the workspace spool and the server ledger. May import policy/ only.
 * Start reading at `record.ts`, then `chain.ts`, `spool/spool.ts` and `ledger/ledger.ts`.
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
export { canonicalJson } from './canonical-json';
export { createIdSource, newId, type Clock } from './id';
export type { RecordBatch } from './spool/batch';
export { openSpool, type Spool, type SpoolOptions, type SpoolStats } from './spool/spool';
export { shipSpool, type Shipper, type ShipOptions, type ShipStatus } from './ship';
export type { AuditEntry, EntryDetail } from './entry';
export { openLedger, openLedgerReader, type Ledger, type LedgerOptions } from './ledger/ledger';
export type { IngestRefusal, IngestResult } from './ledger/ingest';
export type { EntryPage, EntryQuery, RecordReader, StoredRecord } from './query';
export { RECORD_KINDS } from './record-shape';
export { openSpoolReader } from './spool/reader';
export { verifyLedger, type VerifyLedgerOptions } from './ledger/verify';
export { verifySpool } from './spool/verify';
export type { BadRecord, RecordProblem, VerifyReport } from './verify-report';
export {
  proofProblem,
  proveRecords,
  readLatestCheckpoint,
  readLedgerKey,
  type ProofDocument,
  type ProofProblem,
  type RecordProof,
} from './ledger/prove';
export { describeAddress, readPostgresUrl, type PostgresAddress } from './postgres/address';
export { openPostgres, type Postgres, type PostgresOptions, type Sql } from './postgres/connection';
export { migrate, requireVersion, type Migrations } from './postgres/migrate';
export {
  openPostgresLedger,
  type PostgresLedgerOptions,
  type SharedLedger,
} from './ledger/postgres/ledger';
export { openPostgresReader } from './ledger/postgres/open';
export type { LedgerPlace } from './ledger/place';
