import { loadSigningKey } from '../checkpoint/key-file';
import { emptyChain, type ChainHead } from '../chain';
import type { Actor, AuditRecord } from '../record';
import type { DurableEnd } from '../spool/writer';
import { Checkpointer } from './checkpoints';
import { LogFollower, logGap } from './follow-log';
import { ingestBatch, type IngestResult } from './ingest';
import { SqliteStore } from './sqlite/store';

/** A chain to go on with, and what it left open. */
export interface OwnChain {
  readonly head: ChainHead;
  readonly open: readonly AuditRecord[];
}

/** All that is written to a ledger's database, one thing after the other. Times are the caller's. */
export class LedgerWriter {
  readonly #store: SqliteStore;
  readonly #checkpoints: Checkpointer;
  #follower: LogFollower | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(store: SqliteStore, checkpoints: Checkpointer) {
    this.#store = store;
    this.#checkpoints = checkpoints;
  }

  /** @throws AigovError LEDGER_UNAVAILABLE, LEDGER_VERSION_UNKNOWN, CHECKPOINT_KEY_UNREADABLE */
  static async open(path: string, nowMs: number): Promise<LedgerWriter> {
    const store = new SqliteStore(path);
    try {
      const origin = `aigov/ledger/${store.id}`;
      const signer = { origin, privateKey: loadSigningKey(path, origin) };
      return new LedgerWriter(store, await Checkpointer.open(store, signer, nowMs));
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** What a server goes on with that finds no log. */
  async ownChain(): Promise<OwnChain | undefined> {
    const head = await this.#store.findOwnChain();
    return head && { head, open: await this.#store.stillOpen(head.uid) };
  }

  /**
   * Begins to take over a log.
   *
   * @throws AigovError AUDIT_LOG_GAP when the ledger has records the log never had.
   */
  async attach(directory: string, logHead: ChainHead): Promise<void> {
    const { uid } = logHead;
    const chain = (await this.#store.findChain(uid)) ?? { ...emptyChain(uid), reporter: null };
    if (chain.seq > logHead.seq) throw logGap(directory, chain.seq + 1);
    this.#follower = new LogFollower(this.#store, directory, chain);
  }

  /** Takes over what the log has up to `durable`; resolves with the last record that is in the ledger then. */
  async follow(durable: DurableEnd, nowMs: number): Promise<number> {
    const follower = this.#follower;
    if (follower === undefined) return -1;
    while (await this.#inTurn(() => follower.step(durable, nowMs)))
      await this.#inTurn(() => this.#checkpoints.signWhenDue(nowMs));
    return follower.head.seq;
  }

  async ingest(batch: unknown, reporter: Actor, nowMs: number): Promise<IngestResult> {
    return this.#inTurn(async () => {
      const result = await ingestBatch(this.#store, batch, reporter, nowMs);
      await this.#checkpoints.signWhenDue(nowMs);
      return result;
    });
  }

  async checkpoint(nowMs: number): Promise<string | undefined> {
    return this.#inTurn(() => this.#checkpoints.sign(nowMs));
  }

  async close(nowMs: number): Promise<void> {
    await this.#inTurn(() => this.#checkpoints.trySign(nowMs));
    await this.#store.close();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
