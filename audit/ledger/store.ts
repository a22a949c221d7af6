import type { ChainHead, LinkedRecord } from '../chain';
import type { Actor, AuditRecord } from '../record';
import type { Checkpoint } from './checkpoints';

/** A chain as a ledger has it. */
export interface StoredChain extends ChainHead {
  /** Whose token shipped it; null for a chain that a server writes itself. */
  readonly reporter: Actor | null;
}

/** Records for the end of one chain, and their content. */
export interface ChainBatch {
  /** The chain as it was found; for one nobody has seen, where it begins: after nothing, or after records that never came. */
  readonly chain: StoredChain;
  readonly linked: readonly LinkedRecord[];
  /** SHA-256 (hex) to UTF-8 text. A hash that `linked` names and this lacks is noted as absent. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly receivedMs: number;
}

/**
 * Where a ledger's rows lie. SQLite is one; another database is another class with the same promises:
 *
 * - `append` is all or nothing, survives a power cut once it resolves, and numbers records from 1 without gaps, whichever
 *   process calls it.
 * - A chain has one order. Who appends to a chain that has grown since `findChain` is told so and nothing is stored.
 */
export interface LedgerStore {
  /** UUID of the ledger, made with it: what its checkpoints are named after. */
  readonly id: string;
  /** Undefined for a chain of which nothing is here. */
  findChain(uid: string): Promise<StoredChain | undefined>;
  /** Canonical lines of `count` records of a chain, `fromSeq` the first, as far as they are here: to be compared with what comes again. */
  readLines(uid: string, fromSeq: number, count: number): Promise<readonly string[]>;
  append(batch: ChainBatch): Promise<'stored' | 'moved'>;
  /** `open` records without a `close` in a chain that a server writes itself, oldest first. */
  stillOpen(uid: string): Promise<readonly AuditRecord[]>;
  /** Records there are. */
  size(): Promise<number>;
  latestCheckpoint(): Promise<Checkpoint | undefined>;
  /** Leaf hashes of the records after the first `size`, in order, at most `count`. */
  readLeaves(size: number, count: number): Promise<readonly Uint8Array[]>;
  /** Of two checkpoints of one size the first stays. */
  addCheckpoint(checkpoint: Checkpoint): Promise<void>;
  close(): Promise<void>;
}
