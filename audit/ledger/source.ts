import type { Checkpoint } from './checkpoints';

/** A row of `chain`. Whoever wrote it may have been anybody: fields are what they should be, or not. */
export interface ChainRow {
  readonly key: unknown;
  readonly uid: unknown;
  readonly reporter: unknown;
  readonly start_seq: unknown;
  readonly start_prev: unknown;
  readonly head_seq: unknown;
  readonly head_hash: unknown;
}

/** A row of `record`; besides these it has the columns of `COLUMN_NAMES`. */
export interface RecordRow {
  readonly entry: number;
  readonly chain: unknown;
  readonly received_ms: unknown;
  readonly leaf: Uint8Array;
  readonly body: unknown;
  readonly [column: string]: unknown;
}

export interface ContentRow {
  readonly sha256: unknown;
  /** UTF-8; null when it is not kept (any more) and `absence` says why. */
  readonly text: Uint8Array | null;
  readonly absence: unknown;
}

/** What a ledger says, row by row, for verification and proofs. Each database that has a `LedgerStore` has one. */
export interface LedgerSource {
  /** False when the database itself finds damage. */
  isIntact(): Promise<boolean>;
  chains(): Promise<readonly ChainRow[]>;
  checkpoints(): Promise<readonly Pick<Checkpoint, 'size' | 'note'>[]>;
  /** The highest entry number ever given. */
  size(): Promise<number>;
  /** Records after entry `after`, in order, at most `count`. */
  readRows(after: number, count: number): Promise<readonly RecordRow[]>;
  readContents(entry: number): Promise<readonly ContentRow[]>;
  /** Records with this id among the first `size`, in order. */
  findRows(id: string, size: number): Promise<readonly RecordRow[]>;
  /** Leaf hashes of the records after entry `after`, in order, at most `count`. */
  readLeaves(after: number, count: number): Promise<readonly Uint8Array[]>;
  close(): Promise<void>;
}
