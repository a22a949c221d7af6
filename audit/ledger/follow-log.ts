import type { ChainHead } from '../chain';
import { AigovError } from '../../policy';
import { LogReader, type LogBatch } from '../spool/batch';
import { listSegments, type Segment } from '../spool/segment';
import type { DurableEnd } from '../spool/writer';
import type { LedgerStore, StoredChain } from './store';

/** Bytes of records and content that go into the ledger at once. */
const BATCH_BYTES = 2 * 1024 * 1024;

/** Moves what a server's log has durably into the ledger, in the order it was written. */
export class LogFollower {
  readonly #store: LedgerStore;
  readonly #directory: string;
  readonly #reader = new LogReader();
  #segments: readonly Segment[] = [];
  #chain: StoredChain;

  constructor(store: LedgerStore, directory: string, chain: StoredChain) {
    this.#store = store;
    this.#directory = directory;
    this.#chain = chain;
  }

  /** The last record that is in the ledger. */
  get head(): ChainHead {
    return this.#chain;
  }

  /** Stores the next batch before `durable`. False when there is none. */
  async step(durable: DurableEnd, receivedMs: number): Promise<boolean> {
    if (this.#chain.seq >= durable.seq) return false;
    const batch = await this.#read(durable);
    const linked = batch.lines.map(({ record, line }) => ({ record, line }));
    const last = linked.at(-1)?.record.chain;
    if (last === undefined || linked[0]?.record.chain.seq !== this.#chain.seq + 1)
      throw logGap(this.#directory, this.#chain.seq + 1);
    const { contents } = batch;
    const outcome = await this.#store.append({ chain: this.#chain, linked, contents, receivedMs });
    if (outcome === 'moved') throw logGap(this.#directory, this.#chain.seq + 1);
    this.#chain = { uid: last.uid, seq: last.seq, hash: last.hash, reporter: null };
    return true;
  }

  async #read(durable: DurableEnd): Promise<LogBatch> {
    const from = this.#chain.seq + 1;
    const known = this.#segments.some(({ firstSeq }) => firstSeq === durable.segment.firstSeq);
    if (!known) this.#segments = await listSegments(this.#directory);
    const batch = await this.#reader.read(this.#segments, durable, from, BATCH_BYTES);
    return batch ?? { lines: [], contents: new Map() };
  }
}

/** Records were lost, or the ledger is not the one this log belongs to. */
export function logGap(directory: string, seq: number): AigovError {
  return new AigovError(
    'AUDIT_LOG_GAP',
    `${directory}: the ledger needs record ${seq} next, and the log does not have it`,
    {
      remedy:
        'Restore the ledger and its log from the same moment, or move the log aside: a new chain begins.',
      at: directory,
    },
  );
}
