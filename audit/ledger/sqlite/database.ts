import { randomUUID } from 'node:crypto';
import type * as Sqlite from 'node:sqlite';
import type { DatabaseSync } from 'node:sqlite';
import { AigovError } from '../../../policy';

/**
 * INVARIANT: a column of `record` repeats what `body` says, so that it can be searched; `columnsOf` derives them
 * and `verifyLedger` derives them again. `entry` counts from 1 without gaps and is the leaf number of checkpoints;
 * `ledger.size` is the highest one ever given.
 *
 * Content lies by the record that names it, in the order of arrival: by its hash each text would dirty a page of its
 * own (half of what an append cost).
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS ledger (id TEXT NOT NULL, size INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS chain (
  key INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  reporter TEXT,
  start_seq INTEGER NOT NULL,
  start_prev TEXT NOT NULL,
  head_seq INTEGER NOT NULL,
  head_hash TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS record (
  entry INTEGER PRIMARY KEY,
  chain INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  phase TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  user TEXT,
  workspace_id TEXT,
  session_id TEXT,
  client TEXT,
  provider TEXT,
  model TEXT,
  received_ms INTEGER NOT NULL,
  leaf BLOB NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS record_by_chain ON record (chain, seq);
CREATE INDEX IF NOT EXISTS record_by_id ON record (id);
CREATE INDEX IF NOT EXISTS record_by_time ON record (time_ms) WHERE phase <> 'close';
CREATE INDEX IF NOT EXISTS record_by_kind ON record (kind, time_ms) WHERE phase <> 'close';
CREATE INDEX IF NOT EXISTS record_by_user ON record (user, time_ms)
  WHERE user IS NOT NULL AND phase <> 'close';
CREATE INDEX IF NOT EXISTS record_by_workspace ON record (workspace_id, time_ms)
  WHERE workspace_id IS NOT NULL AND phase <> 'close';
CREATE INDEX IF NOT EXISTS record_by_session ON record (session_id, time_ms)
  WHERE session_id IS NOT NULL AND phase <> 'close';
CREATE TABLE IF NOT EXISTS workspace_name (
  name TEXT,
  workspace_id TEXT,
  PRIMARY KEY (name, workspace_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS still_open (chain INTEGER, id TEXT, entry INTEGER NOT NULL, PRIMARY KEY (chain, id))
  STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content (entry INTEGER NOT NULL, sha256 TEXT NOT NULL, text BLOB, absence TEXT) STRICT;
CREATE INDEX IF NOT EXISTS content_by_entry ON content (entry);
CREATE TABLE IF NOT EXISTS checkpoint (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL,
  frontier BLOB NOT NULL
) STRICT;
`;

/** Records come by the hundred and are large: a fifth less CPU than with SQLite's 4 KiB. */
const PAGE_BYTES = 16 * 1024;
/** The write-ahead file is moved into the database at this size. */
const WAL_BYTES = 32 * 1024 * 1024;

/** Version of the schema above, in SQLite's user_version. */
const SCHEMA_VERSION = 2;

/**
 * Opens the ledger's database: WAL, and each commit on disk before it returns.
 *
 * `node:sqlite` is asked for only here, so that the workspace bundle, which runs on Node 20, loads without it.
 *
 * @throws AigovError LEDGER_UNAVAILABLE, LEDGER_VERSION_UNKNOWN
 */
export function openDatabase(path: string, mode: 'write' | 'read'): DatabaseSync {
  // Node 20.19 has getBuiltinModule and answers undefined.
  const sqlite = process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined;
  if (sqlite === undefined) throw needsNewerNode(path);
  let database: DatabaseSync | undefined;
  try {
    database = new sqlite.DatabaseSync(path, { readOnly: mode === 'read' });
    database.exec('PRAGMA busy_timeout = 5000');
    if (mode === 'write') prepareForWriting(database);
    requireKnownVersion(database, path);
    return database;
  } catch (cause) {
    if (database?.isOpen) database.close();
    if (AigovError.is(cause)) throw cause;
    throw unavailable(path, cause);
  }
}

function prepareForWriting(database: DatabaseSync): void {
  database.exec(
    `PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
     PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = ${WAL_BYTES / PAGE_BYTES}`,
  );
  if (readVersion(database) !== 0) return;
  database.exec(`BEGIN IMMEDIATE; ${SCHEMA} INSERT INTO ledger VALUES ('${randomUUID()}', 0);
    PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}

function readVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

function requireKnownVersion(database: DatabaseSync, path: string): void {
  const version = readVersion(database);
  if (version === SCHEMA_VERSION) return;
  if (version === 0) throw unavailable(path, new Error('it is no ledger'));
  throw new AigovError(
    'LEDGER_VERSION_UNKNOWN',
    `${path}: the ledger has version ${version}, this program knows ${SCHEMA_VERSION}`,
    { remedy: 'Use the aigov version that wrote it, or a newer one.', at: path },
  );
}

function needsNewerNode(path: string): AigovError {
  return new AigovError(
    'LEDGER_UNAVAILABLE',
    `${path}: Node ${process.versions.node} has no SQLite, 22.19 or newer has`,
    { remedy: 'Run this command with Node 22.19 or newer.', at: path },
  );
}

function unavailable(path: string, cause: unknown): AigovError {
  const why = cause instanceof Error ? cause.message : 'unknown';
  return new AigovError('LEDGER_UNAVAILABLE', `${path}: the ledger cannot be opened: ${why}`, {
    remedy: 'Name a ledger this user can open, in a directory that exists.',
    at: path,
    cause,
  });
}
