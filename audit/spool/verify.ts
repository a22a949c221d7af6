import { isUtf8 } from 'node:buffer';
import { emptyChain, placeFault, readLine, type ChainHead } from '../chain';
import { Pairing } from '../pairing';
import { sha256 } from '../prepare';
import type { AuditRecord } from '../record';
import { BadRecordFound, type RecordProblem, type VerifyReport } from '../verify-report';
import { listSegments, type Segment } from './segment';
import { SegmentReader, type Block, type ContentPart } from './segment-reader';
import { loadState, type SpoolState } from './state';
import { tornBytesOf, type Group } from './torn';

/**
 * Recomputes every hash of a spool directory and stops at the first bad record. May run beside the writer.
 *
 * What a chain alone cannot show is an end cut off cleanly: that takes what the server has acknowledged, or the
 * server's own copy.
 */
export async function verifySpool(directory: string): Promise<VerifyReport> {
  return checkSpool(directory, () => undefined);
}

/** As `verifySpool`; `onRecord` is told each record that is good. */
export async function checkSpool(
  directory: string,
  onRecord: (record: AuditRecord) => void,
): Promise<VerifyReport> {
  const state = await loadState(directory);
  const check = new SpoolCheck(directory, state, onRecord);
  try {
    const segments = await listSegments(directory);
    for (const segment of segments) await check.segment(segment, segment === segments.at(-1));
    check.end();
    return check.report();
  } catch (error) {
    if (error instanceof BadRecordFound)
      return { ...check.report(), valid: false, firstBad: error.bad };
    throw error;
  }
}

class SpoolCheck {
  readonly #directory: string;
  readonly #state: SpoolState;
  readonly #onRecord: (record: AuditRecord) => void;
  readonly #pairing: Pairing;
  #head: ChainHead | undefined;
  #records = 0;
  #tornBytes = 0;

  constructor(directory: string, state: SpoolState, onRecord: (record: AuditRecord) => void) {
    this.#directory = directory;
    this.#state = state;
    this.#onRecord = onRecord;
    this.#pairing = new Pairing(state.prunedOpen.map(({ id, chain }) => `${chain.uid} ${id}`));
  }

  report(): VerifyReport {
    return {
      valid: true,
      records: this.#records,
      chains: this.#head === undefined ? 0 : 1,
      lateChains: 0,
      open: this.#pairing.open,
      absentContents: 0,
      tornBytes: this.#tornBytes,
      checkpointed: 0,
    };
  }

  async segment(segment: Segment, isLast: boolean): Promise<void> {
    await using reader = await SegmentReader.open(segment.path);
    if (reader === undefined) return;
    let group: Group | undefined;
    let good = this.#records;
    try {
      for (let block = await reader.next(); block !== undefined; block = await reader.next()) {
        if (block.kind === 'group' && group !== undefined && block.start !== group.groupEnd)
          this.#badGroup();
        if (block.kind === 'group') group = block;
        else this.#block(block);
        good = this.#records;
      }
      if (reader.offset !== (group?.groupEnd ?? 0)) this.#badGroup();
      // Part of a header: a group that never came.
      if (reader.tornBytes > 0 && !isLast) this.#bad('unreadable');
      this.#tornBytes = reader.tornBytes;
    } catch (error) {
      if (!isLast || group === undefined || !(error instanceof BadRecordFound)) throw error;
      const tornBytes = await tornBytesOf(segment.path, group);
      if (tornBytes === undefined) throw error;
      this.#records = good;
      this.#tornBytes = tornBytes;
    }
  }

  /** The server cannot have acknowledged what never was. */
  end(): void {
    const lastSeq = this.#head?.seq ?? this.#state.pruned?.seq ?? -1;
    if (lastSeq < this.#state.acknowledgedSeq) this.#bad('cut_off');
  }

  #block(block: Exclude<Block, Group>): void {
    if (block.kind === 'junk' || !isUtf8(block.line)) return this.#bad('unreadable');
    const read = readLine(block.line.toString('utf8'));
    if ('fault' in read) return this.#bad(read.fault);
    const { record } = read;
    const problem = placeFault(record, this.#head ?? this.#startOf(record));
    if (problem === 'missing') this.#bad(problem);
    if (problem !== undefined) this.#bad(problem, record);
    const contentFault = contentProblem(record, block.contents);
    if (contentFault !== undefined) this.#bad(contentFault, record);
    // What a deletion interrupted by a crash left is in `prunedOpen` already.
    const isPaired =
      record.chain.seq <= (this.#state.pruned?.seq ?? -1) || this.#pairing.accept(record);
    if (!isPaired) this.#bad('close_without_open', record);
    this.#head = record.chain;
    this.#records += 1;
    this.#onRecord(record);
  }

  /** A chain starts at nothing, or after what was shipped and deleted. */
  #startOf({ chain }: AuditRecord): ChainHead {
    const { pruned } = this.#state;
    if (pruned === undefined || chain.seq <= pruned.seq) {
      // A deletion that a crash interrupted leaves records from before `pruned`; they start the check.
      return pruned === undefined
        ? emptyChain(chain.uid)
        : { uid: pruned.uid, seq: chain.seq - 1, hash: chain.prev };
    }
    return pruned;
  }

  /** A group that does not end where its header says: the record before is the one the header belongs to. */
  #badGroup(): never {
    this.#records -= 1;
    const { uid = this.#directory, seq = 0 } = this.#head ?? {};
    throw new BadRecordFound({ chain: uid, seq, problem: 'unreadable' });
  }

  #bad(problem: RecordProblem, record?: AuditRecord): never {
    const seq = record?.chain.seq ?? (this.#head?.seq ?? this.#state.pruned?.seq ?? -1) + 1;
    throw new BadRecordFound({
      chain: this.#head?.uid ?? record?.chain.uid ?? this.#state.pruned?.uid ?? this.#directory,
      seq,
      ...(record === undefined ? {} : { id: record.id }),
      problem,
    });
  }
}

/** Content must be what the record names, all of it and nothing else. */
function contentProblem(
  { contentHashes }: AuditRecord,
  contents: readonly ContentPart[],
): RecordProblem | undefined {
  const hashes = new Set(Object.values(contentHashes ?? {}));
  const isIntact = contents.every(
    (part) => hashes.has(part.sha256) && sha256(part.bytes) === part.sha256,
  );
  if (!isIntact) return 'content_altered';
  if (contents.length === hashes.size) return undefined;
  return contents.length < hashes.size ? 'content_missing' : 'content_altered';
}
