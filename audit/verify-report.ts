import type { PlaceFault, RecordFault } from './chain';

/** What is wrong with a record. Public; explained in `docs/audit.md`. */
export type RecordProblem =
  | RecordFault
  | PlaceFault
  /** A column that repeats the record says something else, or its arrival or reporter was changed. */
  | 'column_altered'
  /** Content is there but is not what the record's hash names. */
  | 'content_altered'
  /** Content is gone and nothing says why. */
  | 'content_missing'
  /** A `close` whose `open` is not before it in the chain, or a second one. */
  | 'close_without_open'
  /** The chain once was longer: its end was cut off. */
  | 'cut_off'
  /** The records do not give the tree a signed checkpoint vouches for. */
  | 'checkpoint_mismatch'
  /** The file itself is damaged. */
  | 'damaged';

export interface BadRecord {
  /** UUID of the chain, or the path of a file that is damaged as a whole. */
  readonly chain: string;
  readonly seq: number;
  /** Absent when the record is gone or unreadable. */
  readonly id?: string;
  readonly problem: RecordProblem;
}

export interface VerifyReport {
  readonly valid: boolean;
  readonly records: number;
  readonly chains: number;
  /** Chains whose first records this ledger never had: shipped to another one before. */
  readonly lateChains: number;
  /** Opened and not closed (yet). */
  readonly open: number;
  /** Content removed on purpose or never received, and said so. */
  readonly absentContents: number;
  /** Bytes of an unfinished write at the end of a spool: never acknowledged, cut off at its next start. */
  readonly tornBytes: number;
  /** Records that signed checkpoints vouch for. */
  readonly checkpointed: number;
  readonly firstBad?: BadRecord;
}

/** Ends a verification at the first bad record. */
export class BadRecordFound extends Error {
  readonly bad: BadRecord;

  constructor(bad: BadRecord) {
    super(bad.problem);
    this.bad = bad;
  }
}
