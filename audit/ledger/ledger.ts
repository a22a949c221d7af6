import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AigovError } from '../../policy';
import { emptyChain, linkRecord, type ChainHead, type LinkedRecord } from '../chain';
import { crashClose } from '../crash-close';
import type { EntryDetail } from '../entry';
import { GroupCommit } from '../group-commit';
import type { Clock } from '../id';
import { loadSigningKey } from '../checkpoint/key-file';
import { prepareRecord, type PreparedRecord } from '../prepare';
import type { Actor, AuditRecord, NewRecord, Recorder } from '../record';
import { acquireWriterLock, type WriterLock } from '../writer-lock';
import { Checkpointer } from './checkpoints';
import { openDatabase } from './sqlite/database';
import { ingestBatch, type IngestResult } from './ingest';
import type { EntryPage, EntryQuery, RecordReader, StoredRecord } from '../query';
import { LedgerQueries } from './sqlite/queries';
import { SqliteStore } from './sqlite/store';
import type { LedgerStore, StoredChain } from './store';

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
export async function openLedger({ path, clock = Date.now }: LedgerOptions): Promise<Ledger> {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = acquireWriterLock(directory, `${basename(path)}-lock`);
  try {
    const store = new SqliteStore(path);
    const signer = { origin: originOf(store), privateKey: loadSigningKey(path, originOf(store)) };
    const checkpoints = await Checkpointer.open(store, signer, clock());
    const chain = { ...emptyChain(store.id), reporter: null };
    const ledger = new StoredLedger(path, {
      store,
      checkpoints,
      lock,
      clock,
      chain: (await store.findChain(store.id)) ?? chain,
    });
    await ledger.closeCrashed();
    return ledger;
  } catch (error) {
    lock.release();
    throw error;
  }
}

function originOf({ id }: LedgerStore): string {
  return `aigov/ledger/${id}`;
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

interface LedgerParts {
  readonly store: LedgerStore;
  readonly checkpoints: Checkpointer;
  readonly lock: WriterLock;
  readonly clock: Clock;
  readonly chain: StoredChain;
}

class StoredLedger extends SqliteReader implements Ledger {
  readonly #store: LedgerStore;
  readonly #lock: WriterLock;
  readonly #clock: Clock;
  readonly #commits: GroupCommit<PreparedRecord, AuditRecord>;
  readonly #checkpoints: Checkpointer;
  #chain: StoredChain;
  #isClosed = false;

  constructor(path: string, { store, checkpoints, lock, clock, chain }: LedgerParts) {
    super(openDatabase(path, 'read'));
    this.#store = store;
    this.#lock = lock;
    this.#clock = clock;
    this.#commits = new GroupCommit((batch) => this.#commit(batch));
    this.#chain = chain;
    this.#checkpoints = checkpoints;
  }

  get uid(): string {
    return this.#chain.uid;
  }

  /** @internal Called once by `openLedger`. */
  async closeCrashed(): Promise<void> {
    const left = await this.#store.stillOpen(this.uid);
    await Promise.all(left.map((record) => this.record(crashClose(record))));
  }

  async record(input: NewRecord): Promise<AuditRecord> {
    if (this.#isClosed) throw closed();
    return this.#commits.add(prepareRecord(input, this.#clock()));
  }

  async ingest(batch: unknown, reporter: Actor): Promise<IngestResult> {
    if (this.#isClosed) throw closed();
    const nowMs = this.#clock();
    try {
      const result = await ingestBatch(this.#store, batch, reporter, nowMs);
      await this.#checkpoints.signWhenDue(nowMs);
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
    await this.#checkpoints.trySign(this.#clock());
    await super.close();
    await this.#store.close();
    this.#lock.release();
  }

  async #commit(batch: readonly PreparedRecord[]): Promise<readonly AuditRecord[]> {
    const nowMs = this.#clock();
    try {
      const linked = this.#linkAll(batch);
      const contents = new Map(batch.flatMap((prepared) => [...prepared.contents]));
      const outcome = await this.#store.append({
        chain: this.#chain,
        linked,
        contents,
        receivedMs: nowMs,
      });
      if (outcome === 'moved') throw new Error('somebody else writes this chain');
      const { uid, seq, hash } = linked.at(-1)?.record.chain ?? this.#chain;
      this.#chain = { uid, seq, hash, reporter: null };
      await this.#checkpoints.signWhenDue(nowMs);
      return linked.map(({ record }) => record);
    } catch (cause) {
      throw writeFailed(cause);
    }
  }

  #linkAll(batch: readonly PreparedRecord[]): LinkedRecord[] {
    let head: ChainHead = this.#chain;
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
