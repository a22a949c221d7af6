import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AigovError } from '../../policy';
import { emptyChain, linkRecord, type LinkedRecord } from '../chain';
import { crashClose } from '../crash-close';
import type { EntryDetail } from '../entry';
import { GroupCommit } from '../group-commit';
import type { Clock } from '../id';
import { loadSigningKey } from '../checkpoint/key-file';
import { prepareRecord, type PreparedRecord } from '../prepare';
import type { Actor, AuditRecord, NewRecord, Recorder } from '../record';
import { acquireWriterLock, type WriterLock } from '../writer-lock';
import { Checkpointer } from './checkpoints';
import { openDatabase } from './database';
import { ingestBatch, type IngestResult } from './ingest';
import type { EntryPage, EntryQuery, RecordReader, StoredRecord } from '../query';
import { LedgerQueries } from './queries';
import { LedgerStore, type StoredChain } from './store';

export interface LedgerOptions {
  /** The database file; its directory is made if missing. */
  readonly path: string;
  readonly clock?: Clock;
}

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
 * Opens a ledger for writing and closes what its last writer left open with `data.ending` `crashed`.
 *
 * @throws AigovError LEDGER_UNAVAILABLE, LEDGER_VERSION_UNKNOWN, AUDIT_LOCKED
 */
export function openLedger({ path, clock = Date.now }: LedgerOptions): Ledger {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = acquireWriterLock(directory, `${basename(path)}-lock`);
  try {
    return new SqliteLedger(openDatabase(path, 'write'), path, lock, clock);
  } catch (error) {
    lock.release();
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
  return new SqliteReader(openDatabase(path, 'read'));
}

class SqliteReader implements RecordReader {
  readonly #database: DatabaseSync;
  readonly #queries: LedgerQueries;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#queries = new LedgerQueries(database);
  }

  async timeline(query: EntryQuery): Promise<EntryPage> {
    return this.#queries.list(query);
  }

  async listInterceptions(query: Omit<EntryQuery, 'kinds'>): Promise<EntryPage> {
    return this.#queries.list({ ...query, kinds: ['interception'] });
  }

  async find(id: string): Promise<EntryDetail | undefined> {
    return this.#queries.find(id);
  }

  async getInterception(id: string): Promise<EntryDetail | undefined> {
    return this.#queries.find(id, 'interception');
  }

  async records(afterEntry: number, limit: number): Promise<readonly StoredRecord[]> {
    return this.#queries.records(afterEntry, limit);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

class SqliteLedger extends SqliteReader implements Ledger {
  readonly #store: LedgerStore;
  readonly #lock: WriterLock;
  readonly #clock: Clock;
  readonly #commits: GroupCommit<PreparedRecord, AuditRecord>;
  readonly #checkpoints: Checkpointer;
  #chain: StoredChain;
  #isClosed = false;

  constructor(database: DatabaseSync, path: string, lock: WriterLock, clock: Clock) {
    super(database);
    this.#store = new LedgerStore(database);
    this.#lock = lock;
    this.#clock = clock;
    this.#commits = new GroupCommit((batch) => this.#commit(batch));
    this.#chain = this.#store.transaction(
      () => this.#store.findOwnChain() ?? this.#store.createChain(emptyChain(randomUUID()), null),
    );
    const origin = `aigov/ledger/${this.#chain.uid}`;
    const signer = { origin, privateKey: loadSigningKey(path, origin) };
    this.#checkpoints = new Checkpointer(database, signer, clock());
    const left = this.#store.stillOpen();
    if (left.length > 0) this.#commit(left.map((r) => prepareRecord(crashClose(r), clock())));
  }

  get uid(): string {
    return this.#chain.uid;
  }

  async record(input: NewRecord): Promise<AuditRecord> {
    if (this.#isClosed) throw closed();
    return this.#commits.add(prepareRecord(input, this.#clock()));
  }

  async ingest(batch: unknown, reporter: Actor): Promise<IngestResult> {
    if (this.#isClosed) throw closed();
    const nowMs = this.#clock();
    try {
      const result = this.#store.transaction(() =>
        ingestBatch(this.#store, batch, reporter, nowMs),
      );
      this.#checkpoints.signWhenDue(this.#store.size, nowMs);
      return result;
    } catch (cause) {
      throw writeFailed(cause);
    }
  }

  async checkpoint(): Promise<string | undefined> {
    return this.#checkpoints.sign(this.#clock());
  }

  override async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#commits.drain();
    this.#checkpoints.trySign(this.#clock());
    await super.close();
    this.#lock.release();
  }

  #commit(batch: readonly PreparedRecord[]): readonly AuditRecord[] {
    const nowMs = this.#clock();
    try {
      const linked = this.#linkAll(batch);
      this.#chain = this.#store.transaction(() => {
        const grown = this.#store.append(this.#chain, linked, nowMs);
        for (const { contents } of batch) {
          for (const [hash, text] of contents) this.#store.addContent(hash, text, nowMs);
        }
        return grown;
      });
      this.#checkpoints.signWhenDue(this.#store.size, nowMs);
      return linked.map(({ record }) => record);
    } catch (cause) {
      throw writeFailed(cause);
    }
  }

  #linkAll(batch: readonly PreparedRecord[]): LinkedRecord[] {
    let head = { uid: this.#chain.uid, seq: this.#chain.seq, hash: this.#chain.hash };
    return batch.map((prepared) => {
      const linked = linkRecord(prepared, head);
      head = linked.record.chain;
      return linked;
    });
  }
}

function closed(): AigovError {
  return new AigovError('AUDIT_CLOSED', 'the ledger is closed; nothing can be recorded any more', {
    remedy: 'Record before closing.',
  });
}

function writeFailed(cause: unknown): AigovError {
  const why = cause instanceof Error ? cause.message : 'unknown';
  return new AigovError('AUDIT_WRITE_FAILED', `the record is not durable: ${why}`, {
    remedy: 'Free space on the disk of the ledger; recording goes on by itself.',
    cause,
  });
}
