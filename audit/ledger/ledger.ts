import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AigovError } from '../../policy';
import type { EntryDetail } from '../entry';
import type { Clock } from '../id';
import type { EntryPage, EntryQuery, RecordReader, StoredRecord } from '../query';
import type { Actor, AuditRecord, NewRecord, Recorder } from '../record';
import { openSpool, type Spool } from '../spool/spool';
import type { IngestResult } from './ingest';
import { logDirectoryOf } from './log-directory';
import { openDatabase } from './sqlite/database';
import { LedgerQueries } from './sqlite/queries';
import { LogTail } from './sqlite/tail';
import { WriterClient } from './writer-client';

export interface LedgerOptions {
  /** The database file; its directory is made if missing. */
  readonly path: string;
  readonly clock?: Clock;
  /**
   * Most bytes the log may be ahead of the database before records are refused; from half of it on they wait.
   * @default 512 MiB
   */
  readonly maxLogBytes?: number;
}

/** Default for `maxLogBytes`. */
const MAX_LOG_BYTES = 512 * 1024 * 1024;
/** The database follows the log so often. */
const FOLLOW_AFTER_MS = 100;
/** And so often while it fails. */
const RETRY_AFTER_MS = 1000;

/** The server's record store: its own chain, and the chains workspaces ship. */
export interface Ledger extends RecordReader, Recorder {
  /** UUID of the ledger's own chain. */
  readonly uid: string;
  /**
   * Takes the body of `POST /api/v1/records` as it came. Known records are taken as such; a gap, a fork, a
   * wrong hash or a chain of somebody else is refused whole.
   */
  ingest(batch: unknown, reporter: Actor): Promise<IngestResult>;
  /**
   * Signs what is in the ledger now and returns the note (C2SP tlog-checkpoint); undefined while it is empty. One is
   * signed by itself every thousand records or every minute. Kept elsewhere, it proves later that nothing before it
   * was changed or cut off.
   */
  checkpoint(): Promise<string | undefined>;
}

/**
 * Opens a ledger for writing, takes over what its log has that the database lacks, and closes what the last writer left
 * open with `data.ending` `crashed`.
 *
 * @throws AigovError LEDGER_UNAVAILABLE, LEDGER_VERSION_UNKNOWN, AUDIT_LOCKED, AUDIT_LOG_GAP, CHECKPOINT_KEY_UNREADABLE
 */
export async function openLedger({
  path,
  clock = Date.now,
  maxLogBytes = MAX_LOG_BYTES,
}: LedgerOptions): Promise<Ledger> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const writer = new WriterClient({ path, nowMs: clock() });
  try {
    const resume = await writer.call('ownChain');
    const log = await openSpool({
      directory: logDirectoryOf(path),
      clock,
      maxBytes: maxLogBytes,
      keepShippedBytes: 0,
      ...(resume === undefined ? {} : { resume }),
    });
    return await startLedger(path, { log, writer, clock, maxLogBytes });
  } catch (error) {
    await writer.end();
    throw error;
  }
}

async function startLedger(path: string, parts: LedgerParts): Promise<Ledger> {
  const { log, writer } = parts;
  try {
    await writer.call('attach', log.directory, log.head);
    const ledger = new LoggedLedger(openDatabase(path, 'read'), parts);
    await ledger.drained();
    return ledger;
  } catch (error) {
    await log.close();
    throw error;
  }
}

/**
 * Opens a ledger to read it, also while a server writes.
 *
 * @throws AigovError LEDGER_UNAVAILABLE, LEDGER_VERSION_UNKNOWN
 */
export function openLedgerReader(path: string): RecordReader {
  if (!existsSync(path)) {
    throw new AigovError('LEDGER_UNAVAILABLE', `${path}: there is no such file`, {
      remedy: 'Name the database file of a server, by default aigov-data/aigov.db.',
      at: path,
    });
  }
  const database = openDatabase(path, 'read');
  const directory = logDirectoryOf(path);
  return existsSync(directory) ? new TailReader(database, directory) : new SqliteReader(database);
}

class SqliteReader implements RecordReader {
  readonly #database: DatabaseSync;
  readonly #queries: LedgerQueries;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#queries = new LedgerQueries(database);
  }

  async timeline(query: EntryQuery): Promise<EntryPage> {
    return this.ask((queries) => queries.list(query));
  }

  async listInterceptions(query: Omit<EntryQuery, 'kinds'>): Promise<EntryPage> {
    return this.timeline({ ...query, kinds: ['interception'] });
  }

  async find(id: string): Promise<EntryDetail | undefined> {
    return this.ask((queries) => queries.find(id));
  }

  async getInterception(id: string): Promise<EntryDetail | undefined> {
    return this.ask((queries) => queries.find(id, 'interception'));
  }

  async records(afterEntry: number, limit: number): Promise<readonly StoredRecord[]> {
    return this.ask((queries) => queries.records(afterEntry, limit));
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  protected async ask<Answer>(question: (queries: LedgerQueries) => Answer): Promise<Answer> {
    return this.answer(question);
  }

  protected answer<Answer>(question: (queries: LedgerQueries) => Answer): Answer {
    return question(this.#queries);
  }
}

/** Beside a server: the database, and what its log is ahead. */
class TailReader extends SqliteReader {
  readonly #tail: LogTail;

  constructor(database: DatabaseSync, logDirectory: string) {
    super(database);
    this.#tail = new LogTail(database, logDirectory);
  }

  protected override async ask<Answer>(
    question: (queries: LedgerQueries) => Answer,
  ): Promise<Answer> {
    return this.#tail.ask(() => this.answer(question));
  }
}

interface LedgerParts {
  readonly log: Spool;
  readonly writer: WriterClient;
  readonly clock: Clock;
  readonly maxLogBytes: number;
}

/** Records are durable once the log has them; the database follows, in a thread of its own, and answers questions. */
class LoggedLedger extends SqliteReader implements Ledger {
  readonly #log: Spool;
  readonly #writer: WriterClient;
  readonly #clock: Clock;
  readonly #waitAboveBytes: number;
  #following: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #storedSeq = -1;
  #lastError: unknown;
  #isClosed = false;

  constructor(database: DatabaseSync, { log, writer, clock, maxLogBytes }: LedgerParts) {
    super(database);
    this.#log = log;
    this.#writer = writer;
    this.#clock = clock;
    this.#waitAboveBytes = maxLogBytes / 2;
  }

  get uid(): string {
    return this.#log.head.uid;
  }

  async record(input: NewRecord): Promise<AuditRecord> {
    if (this.#isClosed) throw closed();
    if (this.#log.bytes > this.#waitAboveBytes) await this.#waitForDatabase();
    const record = await this.#log.record(input);
    this.#followSoon();
    return record;
  }

  async ingest(batch: unknown, reporter: Actor): Promise<IngestResult> {
    if (this.#isClosed) throw closed();
    try {
      await this.drained(); // what came first stands first
      return await this.#writer.call('ingest', batch, reporter, this.#clock());
    } catch (cause) {
      throw writeFailed(cause);
    }
  }

  async checkpoint(): Promise<string | undefined> {
    await this.drained();
    return this.#writer.call('checkpoint', this.#clock());
  }

  /** What was acknowledged is seen: the database is brought up to the log before it is asked. */
  protected override async ask<Answer>(
    question: (queries: LedgerQueries) => Answer,
  ): Promise<Answer> {
    await this.drained();
    return this.answer(question);
  }

  /** Resolves when the database has all that was acknowledged before. */
  async drained(): Promise<void> {
    await this.#log.flush();
    const { seq } = this.#log.head;
    while (this.#storedSeq < seq) await this.#follow();
  }

  override async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.drained().catch(() => undefined); // the next start takes it over
    await this.#log.close();
    await super.close(); // first, so that the writer leaves one file behind
    await this.#writer.call('close', this.#clock()).catch(() => undefined);
    await this.#writer.end();
  }

  #followSoon(): void {
    if (this.#isClosed) return;
    const delayMs = this.#lastError === undefined ? FOLLOW_AFTER_MS : RETRY_AFTER_MS;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#follow().catch(() => this.#followSoon());
    }, delayMs).unref();
  }

  /** One at a time; who comes meanwhile waits for the one that runs. */
  #follow(): Promise<void> {
    this.#following ??= this.#takeOver().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  async #takeOver(): Promise<void> {
    try {
      this.#storedSeq = await this.#writer.call('follow', this.#log.durable, this.#clock());
      this.#lastError = undefined;
    } catch (error) {
      this.#lastError = error;
      throw writeFailed(error);
    }
    if (!this.#log.canRelease(this.#storedSeq)) return;
    await this.#writer.call('checkpoint', this.#clock());
    await this.#log.acknowledge(this.#storedSeq);
  }

  /** A database that works but is slower than the log holds writers back; one that fails fills the log up to its limit. */
  async #waitForDatabase(): Promise<void> {
    if (this.#lastError === undefined) await this.#follow().catch(() => undefined);
  }
}

function closed(): AigovError {
  return new AigovError('AUDIT_CLOSED', 'the ledger is closed; nothing can be recorded any more', {
    remedy: 'Record before closing.',
  });
}

function writeFailed(cause: unknown): AigovError {
  if (AigovError.is(cause)) return cause;
  const why = cause instanceof Error ? cause.message : 'unknown';
  return new AigovError('AUDIT_WRITE_FAILED', `the record is not durable: ${why}`, {
    remedy: 'Free space on the disk of the ledger; recording goes on by itself.',
    cause,
  });
}
