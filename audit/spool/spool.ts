import { rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { AigovError } from '../../policy';
import { emptyChain, type ChainHead } from '../chain';
import { GroupCommit } from '../group-commit';
import type { Clock } from '../id';
import { prepareRecord, type PreparedRecord } from '../prepare';
import type { AuditRecord, NewRecord, Recorder } from '../record';
import { acquireWriterLock, type WriterLock } from '../writer-lock';
import { LogReader, toRecordBatch, type RecordBatch } from './batch';
import { crashClose } from '../crash-close';
import { createDirectory } from './directory';
import { recoverSpool, scanSegment, type Recovered } from './recover';
import { sizeOf, type Segment } from './segment';
import { loadState, saveState, type SpoolState } from './state';
import { SegmentWriter, type DurableEnd } from './writer';

/** Default for `maxBytes`. */
export const DEFAULT_MAX_SPOOL_BYTES = 512 * 1024 * 1024;
/** Default for `keepShippedBytes`. */
export const DEFAULT_KEEP_SHIPPED_BYTES = 32 * 1024 * 1024;
/** What was opened can be closed: `close` records may use this share beyond `maxBytes`. */
const CLOSE_RESERVE = 0.1;
const LOCK_NAME = 'lock';

export interface SpoolOptions {
  /** Made if missing, 0700. One spool, one chain, one writer. */
  readonly directory: string;
  readonly clock?: Clock;
  /** Most bytes on disk before `record` refuses with AUDIT_SPOOL_FULL. @default 512 MiB */
  readonly maxBytes?: number;
  /** Shipped segments beyond this many bytes are deleted, oldest first. @default 32 MiB */
  readonly keepShippedBytes?: number;
  /** Where the chain goes on when the directory holds none of it. @default - a new chain */
  readonly resume?: ResumedChain;
}

/** A chain as it is known elsewhere. */
export interface ResumedChain {
  readonly head: ChainHead;
  /** Opened and not closed. */
  readonly open: readonly AuditRecord[];
}

export interface SpoolStats {
  /** UUID of the chain. */
  readonly uid: string;
  /** -1 before the first record. */
  readonly lastSeq: number;
  readonly acknowledgedSeq: number;
  /** Records not yet with the server. */
  readonly unshipped: number;
  readonly bytes: number;
  /** Bytes of an unfinished write that were cut off on open. */
  readonly repairedBytes: number;
  /** Things closed as crashed on open. */
  readonly crashed: number;
  /** Why the last commit failed; absent once one succeeds. */
  readonly lastError?: string;
}

/**
 * Opens a spool for writing. Repairs an unfinished write and closes what the last writer left open with
 * `data.ending` `crashed`.
 *
 * @throws AigovError AUDIT_LOCKED when another process writes there, AUDIT_DIRECTORY_INVALID when nobody can.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  await createDirectory(options.directory);
  const lock = acquireWriterLock(options.directory, LOCK_NAME);
  try {
    const state = await loadState(options.directory);
    const recovered = await recoverSpool(options.directory, state);
    const { resume } = options;
    const head = recovered.head ?? resume?.head ?? emptyChain(randomUUID());
    const segment = recovered.segments.at(-1);
    const last = segment === undefined ? {} : { last: { ...segment, size: recovered.size } };
    const writer = await SegmentWriter.open({ directory: options.directory, head, ...last });
    const spool = new Spool(options, lock, state, recovered, writer);
    const isResumed = recovered.head === undefined && resume !== undefined;
    await spool.closeCrashed(isResumed ? resume.open : [...recovered.open.values()]);
    return spool;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The workspace's durable record store: a chain in append-only files, shipped and then pruned. */
export class Spool implements Recorder {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #keepShippedBytes: number;
  readonly #lock: WriterLock;
  readonly #writer: SegmentWriter;
  readonly #commits: GroupCommit<PreparedRecord, AuditRecord>;
  readonly #reader = new LogReader();
  readonly #repairedBytes: number;
  #segments: readonly Segment[];
  #state: SpoolState;
  #bytes: number;
  #crashed = 0;
  #lastError: string | undefined;
  #isClosed = false;
  /** State changes happen one after the other. */
  #stateWork: Promise<void> = Promise.resolve();
  readonly #waiters = new Set<() => void>();

  /** Use `openSpool`. */
  constructor(
    options: SpoolOptions,
    lock: WriterLock,
    state: SpoolState,
    recovered: Recovered,
    writer: SegmentWriter,
  ) {
    this.#directory = options.directory;
    this.#clock = options.clock ?? Date.now;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_SPOOL_BYTES;
    this.#keepShippedBytes = options.keepShippedBytes ?? DEFAULT_KEEP_SHIPPED_BYTES;
    this.#lock = lock;
    this.#state = state;
    this.#writer = writer;
    this.#bytes = recovered.bytes;
    this.#repairedBytes = recovered.tornBytes;
    this.#segments =
      recovered.segments.length === 0 ? [writer.durable.segment] : recovered.segments;
    this.#commits = new GroupCommit((batch) => this.#commit(batch));
  }

  /** @throws AigovError AUDIT_SPOOL_FULL, AUDIT_WRITE_FAILED, AUDIT_CLOSED, AUDIT_RECORD_TOO_LARGE */
  async record(input: NewRecord): Promise<AuditRecord> {
    if (this.#isClosed) throw closed();
    const prepared = prepareRecord(input, this.#clock());
    if (!this.#fits(prepared)) await this.#makeRoom(prepared);
    return this.#commits.add(prepared);
  }

  /** The oldest records the server does not have, about `limitBytes` of them but at least one; undefined when it has all. */
  async unshipped(limitBytes: number): Promise<RecordBatch | undefined> {
    const from = this.#state.acknowledgedSeq + 1;
    if (from > this.#writer.head.seq) return undefined;
    const batch = await this.#reader.read(this.#segments, this.#writer.durable, from, limitBytes);
    return batch && toRecordBatch(batch);
  }

  get directory(): string {
    return this.#directory;
  }

  /** The last record. */
  get head(): ChainHead {
    return this.#writer.head;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Up to where the records survive a crash. */
  get durable(): DurableEnd {
    return this.#writer.durable;
  }

  /** Resolves as soon as there is something for `unshipped`, or when `signal` aborts. */
  async waitForUnshipped(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#state.acknowledgedSeq < this.#writer.head.seq) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiters.add(done);
      signal.addEventListener('abort', done);
    });
  }

  /** Remembers durably that the server has everything up to `seq`, and deletes old shipped segments. */
  async acknowledge(seq: number): Promise<void> {
    if (seq > this.#writer.head.seq) throw neverWritten(seq, this.#writer.head.seq);
    await this.#inTurn(async () => {
      if (seq <= this.#state.acknowledgedSeq) return;
      await this.#save({ ...this.#state, acknowledgedSeq: seq });
      await this.#prune(this.#keepShippedBytes);
    });
  }

  /** True when `acknowledge(seq)` lets a segment go. */
  canRelease(seq: number): boolean {
    const [, second] = this.#segments;
    return second !== undefined && second.firstSeq - 1 <= seq;
  }

  /** Resolves when everything accepted so far is durable, or was refused. */
  async flush(): Promise<void> {
    await this.#commits.drain();
  }

  stats(): SpoolStats {
    const { uid, seq } = this.#writer.head;
    return {
      uid,
      lastSeq: seq,
      acknowledgedSeq: this.#state.acknowledgedSeq,
      unshipped: seq - this.#state.acknowledgedSeq,
      bytes: this.#bytes,
      repairedBytes: this.#repairedBytes,
      crashed: this.#crashed,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  /** Finishes what was accepted, then lets the next writer in. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#commits.drain();
    await this.#stateWork;
    this.#writer.close();
    this.#lock.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal Called once by `openSpool`. */
  async closeCrashed(left: readonly AuditRecord[]): Promise<void> {
    this.#crashed = left.length;
    await Promise.all(left.map((record) => this.record(crashClose(record))));
  }

  async #commit(batch: readonly PreparedRecord[]): Promise<readonly AuditRecord[]> {
    let records: readonly AuditRecord[];
    try {
      records = await this.#writer.append(batch);
    } catch (cause) {
      this.#lastError = cause instanceof Error ? cause.message : 'unknown';
      throw writeFailed(this.#directory, cause);
    }
    this.#lastError = undefined;
    this.#noteWritten(batch);
    return records;
  }

  #noteWritten(batch: readonly PreparedRecord[]): void {
    for (const { bytes } of batch) this.#bytes += bytes;
    if (this.#segments.at(-1)?.firstSeq !== this.#writer.durable.segment.firstSeq) {
      this.#segments = [...this.#segments, this.#writer.durable.segment];
    }
    for (const wake of this.#waiters) wake();
  }

  #fits({ bytes, record }: PreparedRecord): boolean {
    const limit = record.phase === 'close' ? this.#maxBytes * (1 + CLOSE_RESERVE) : this.#maxBytes;
    return this.#bytes + this.#commits.queuedBytes + bytes <= limit;
  }

  async #makeRoom(prepared: PreparedRecord): Promise<void> {
    await this.#inTurn(() => this.#prune(0));
    if (!this.#fits(prepared)) throw spoolFull(this.#directory, this.#maxBytes);
  }

  /** Deletes whole shipped segments, never the last one, until at most `keepBytes` of shipped ones are left. */
  async #prune(keepBytes: number): Promise<void> {
    const shipped = this.#segments.filter((_, index) => this.#isShipped(index));
    const sizes = await Promise.all(shipped.map(({ path }) => sizeOf(path)));
    let kept = sizes.reduce((sum, bytes) => sum + bytes, 0);
    const doomed = shipped.filter((_, index) => {
      const isOver = kept > keepBytes;
      kept -= isOver ? (sizes[index] ?? 0) : 0;
      return isOver;
    });
    for (const segment of doomed) await this.#deleteSegment(segment);
  }

  #isShipped(index: number): boolean {
    const next = this.#segments[index + 1];
    return next !== undefined && next.firstSeq - 1 <= this.#state.acknowledgedSeq;
  }

  /** The state goes first: a crash in between leaves a segment too many, never a gap. What is open at its end is kept. */
  async #deleteSegment(segment: Segment): Promise<void> {
    const bytes = await sizeOf(segment.path);
    const open = new Map(this.#state.prunedOpen.map((record) => [record.id, record]));
    const before = { head: this.#state.pruned, isLast: false };
    const { head } = await scanSegment(segment, open, before);
    const pruned = head === undefined ? {} : { pruned: head };
    await this.#save({ ...this.#state, ...pruned, prunedOpen: [...open.values()] });
    await rm(segment.path, { force: true });
    this.#segments = this.#segments.filter(({ firstSeq }) => firstSeq !== segment.firstSeq);
    this.#bytes -= bytes;
  }

  async #save(state: SpoolState): Promise<void> {
    await saveState(this.#directory, state);
    this.#state = state;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#stateWork.then(work);
    this.#stateWork = result.catch(() => undefined);
    return result;
  }
}

function closed(): AigovError {
  return new AigovError('AUDIT_CLOSED', 'the audit is closed; nothing can be recorded any more', {
    remedy: 'Record before closing.',
  });
}

function writeFailed(directory: string, cause: unknown): AigovError {
  const why = cause instanceof Error ? cause.message : 'unknown';
  return new AigovError('AUDIT_WRITE_FAILED', `${directory}: the record is not durable: ${why}`, {
    remedy: 'Free space on this disk, or make the directory writable; recording goes on by itself.',
    at: directory,
    cause,
  });
}

function spoolFull(directory: string, maxBytes: number): AigovError {
  return new AigovError(
    'AUDIT_SPOOL_FULL',
    `${directory}: ${maxBytes} bytes of records wait for the server, which is the limit`,
    { remedy: 'Make the server reachable, so that records can be shipped.', at: directory },
  );
}

function neverWritten(seq: number, lastSeq: number): AigovError {
  return new AigovError(
    'AUDIT_ACKNOWLEDGED_TOO_MUCH',
    `record ${seq} was acknowledged, but the last one written is ${lastSeq}`,
    { remedy: 'Check the server: it acknowledges records of another chain.' },
  );
}
