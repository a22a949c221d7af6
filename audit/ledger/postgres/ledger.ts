import type { KeyObject } from 'node:crypto';
import { AigovError } from '../../../policy';
import { emptyChain, headOf, linkRecord, type ChainHead, type LinkedRecord } from '../../chain';
import { verifierKey } from '../../checkpoint/note';
import { crashClose } from '../../crash-close';
import { GroupCommit } from '../../group-commit';
import type { Clock } from '../../id';
import type { PostgresAddress } from '../../postgres/address';
import { openPostgres, type Postgres, type PostgresOptions } from '../../postgres/connection';
import { migrate } from '../../postgres/migrate';
import { prepareRecord, type PreparedRecord } from '../../prepare';
import type { Actor, AuditRecord, NewRecord } from '../../record';
import { Checkpointer } from '../checkpoints';
import { ingestBatch, type IngestResult } from '../ingest';
import type { Ledger } from '../ledger';
import type { StoredChain } from '../store';
import { LateRecords } from './late-records';
import { PostgresReader } from './queries';
import { LEDGER_MIGRATIONS } from './schema';
import { PostgresStore } from './store';

export interface PostgresLedgerOptions extends PostgresOptions {
  readonly address: PostgresAddress;
  /** UUID of this process: each has a chain of its own. */
  readonly uid: string;
  /** Ed25519, the same for all processes on this ledger. @default - no checkpoints are signed */
  readonly signingKey?: KeyObject;
  readonly clock?: Clock;
}

/** A ledger that other processes write too. */
export interface SharedLedger extends Ledger {
  /** Closes as `crashed` what chains of processes not among these left open. For one at a time, or many at once. */
  closeAbandoned(aliveUids: readonly string[]): Promise<void>;
  /** Writes what the database did not take before. */
  writeLate(): Promise<void>;
}

/**
 * Opens a ledger in PostgreSQL for writing, beside any number of others, and makes its tables if they are missing.
 *
 * @throws AigovError DATABASE_UNAVAILABLE, DATABASE_VERSION_UNKNOWN
 */
export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<SharedLedger> {
  const { address, uid, signingKey, clock = Date.now } = options;
  const postgres = await openPostgres(address, options);
  try {
    await migrate(postgres, LEDGER_MIGRATIONS);
    const store = await PostgresStore.open(postgres);
    const checkpoints = signingKey && (await openCheckpointer(store, signingKey, clock()));
    return new PostgresLedger(postgres, store, { uid, checkpoints, clock });
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

async function openCheckpointer(
  store: PostgresStore,
  privateKey: KeyObject,
  nowMs: number,
): Promise<Checkpointer> {
  const origin = `aigov/ledger/${store.id}`;
  await store.notePublicKey(verifierKey(origin, privateKey));
  return Checkpointer.open(store, { origin, privateKey }, nowMs);
}

interface LedgerParts {
  readonly uid: string;
  readonly checkpoints: Checkpointer | undefined;
  readonly clock: Clock;
}

class PostgresLedger extends PostgresReader implements SharedLedger {
  readonly uid: string;
  readonly #store: PostgresStore;
  readonly #clock: Clock;
  readonly #commits: GroupCommit<PreparedRecord, AuditRecord>;
  readonly #checkpoints: Checkpointer | undefined;
  readonly #late = new LateRecords();
  /** Undefined: not known, because the database did not say whether it took the last batch. */
  #chain: StoredChain | undefined;
  #signing: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(postgres: Postgres, store: PostgresStore, { uid, checkpoints, clock }: LedgerParts) {
    super(postgres);
    this.uid = uid;
    this.#store = store;
    this.#clock = clock;
    this.#checkpoints = checkpoints;
    this.#commits = new GroupCommit((batch) => this.#commit(batch));
  }

  async record(input: NewRecord): Promise<AuditRecord> {
    if (this.#isClosed) throw closed();
    const prepared = prepareRecord(input, this.#clock());
    return this.#addWithOpen(prepared);
  }

  async ingest(batch: unknown, reporter: Actor): Promise<IngestResult> {
    if (this.#isClosed) throw closed();
    const nowMs = this.#clock();
    try {
      const result = await ingestBatch(this.#store, batch, reporter, nowMs);
      this.#signWhenDue(nowMs);
      return result;
    } catch (cause) {
      throw writeFailed(cause);
    }
  }

  async checkpoint(): Promise<string | undefined> {
    let note: string | undefined;
    this.#inTurn(async () => {
      note = await this.#checkpoints?.sign(this.#clock());
    });
    await this.#signing;
    return note;
  }

  /** Whether the database took a batch whose answer was lost is asked first: an end is written once. */
  async writeLate(): Promise<void> {
    if (this.#late.isEmpty) return;
    const late = this.#late.takeAll();
    let known: ReadonlySet<string>;
    try {
      known = await this.#store.closedIds(late.map(({ record }) => record.id));
    } catch (error) {
      for (const prepared of late) this.#late.keep(prepared);
      throw error;
    }
    const missing = late.filter(({ record }) => !known.has(record.id));
    await Promise.allSettled(missing.map((prepared) => this.#addWithOpen(prepared)));
  }

  async closeAbandoned(aliveUids: readonly string[]): Promise<void> {
    const alive = [...aliveUids, this.uid];
    for (const uid of await this.#store.chainsLeftOpen(alive)) await this.#closeCrashed(uid);
  }

  override async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#commits.drain();
    const checkpoints = this.#checkpoints;
    if (checkpoints !== undefined) this.#inTurn(() => checkpoints.trySign(this.#clock()));
    await this.#signing;
    await super.close();
  }

  /** Whoever comes second finds the chain moved, or nothing open: then it is done. */
  async #closeCrashed(uid: string): Promise<void> {
    const chain = await this.#store.findChain(uid);
    const left = await this.#store.stillOpen(uid);
    if (chain === undefined || left.length === 0) return;
    const receivedMs = this.#clock();
    const closes = left.map((record) => prepareRecord(crashClose(record), receivedMs));
    const linked = linkAll(closes, chain);
    await this.#store.append({ chain, linked, contents: new Map(), receivedMs });
  }

  #addWithOpen(prepared: PreparedRecord): Promise<AuditRecord> {
    const open = this.#late.takeOpen(prepared);
    if (open !== undefined) this.#add(open).catch(() => undefined);
    return this.#add(prepared);
  }

  async #add(prepared: PreparedRecord): Promise<AuditRecord> {
    try {
      return await this.#commits.add(prepared);
    } catch (error) {
      this.#late.keep(prepared);
      throw error;
    }
  }

  async #commit(batch: readonly PreparedRecord[]): Promise<readonly AuditRecord[]> {
    const receivedMs = this.#clock();
    try {
      const linked = await this.#append(batch, receivedMs);
      this.#signWhenDue(receivedMs);
      return linked.map(({ record }) => record);
    } catch (cause) {
      this.#chain = undefined;
      throw writeFailed(cause);
    }
  }

  /** Another process writes here only when it took this one for dead; then the batch goes after what it wrote. */
  async #append(batch: readonly PreparedRecord[], receivedMs: number): Promise<LinkedRecord[]> {
    const contents = new Map(batch.flatMap((prepared) => [...prepared.contents]));
    for (;;) {
      const chain = this.#chain ?? (await this.#findOwnChain());
      const linked = linkAll(batch, chain);
      const outcome = await this.#store.append({ chain, linked, contents, receivedMs });
      this.#chain = outcome === 'moved' ? undefined : headAfter(chain, linked);
      if (outcome === 'stored') return linked;
    }
  }

  async #findOwnChain(): Promise<StoredChain> {
    return (await this.#store.findChain(this.uid)) ?? { ...emptyChain(this.uid), reporter: null };
  }

  /** Beside the records: nobody waits for a signature. */
  #signWhenDue(nowMs: number): void {
    const checkpoints = this.#checkpoints;
    if (checkpoints !== undefined) this.#inTurn(() => checkpoints.signWhenDue(nowMs));
  }

  /** A tree grows by one at a time. */
  #inTurn(work: () => Promise<unknown> | void): void {
    this.#signing = this.#signing.then(work).catch(() => undefined);
  }
}

function linkAll(batch: readonly PreparedRecord[], start: ChainHead): LinkedRecord[] {
  let head = start;
  return batch.map((prepared) => {
    const linked = linkRecord(prepared, head);
    head = linked.record.chain;
    return linked;
  });
}

function headAfter(chain: StoredChain, linked: readonly LinkedRecord[]): StoredChain {
  const last = linked.at(-1);
  return last === undefined ? chain : { ...headOf(last.record), reporter: null };
}

function closed(): AigovError {
  return new AigovError('AUDIT_CLOSED', 'the ledger is closed; nothing can be recorded any more', {
    remedy: 'Record before closing.',
  });
}

function writeFailed(cause: unknown): AigovError {
  const why = cause instanceof Error ? cause.message : 'unknown';
  return new AigovError('AUDIT_WRITE_FAILED', `the record is not durable: ${why}`, {
    remedy: 'Bring the database back; recording goes on by itself.',
    cause,
  });
}
