import { emptyChain, placeFault, readLine, type ChainHead } from '../chain';
import { Pairing } from '../pairing';
import { sha256 } from '../prepare';
import type { AuditRecord } from '../record';
import { BadRecordFound, type RecordProblem, type VerifyReport } from '../verify-report';
import { LineReader, type Line } from './lines';
import { listSegments, type ContentLine, type Segment } from './segment';
import { loadState, type SpoolState } from './state';

/**
 * Recomputes every hash of a spool directory and stops at the first bad record. May run beside the writer.
 *
 * What a chain alone cannot show is an end cut off cleanly: that takes what the server has acknowledged, or the
 * server's own copy.
 */
export async function verifySpool(directory: string): Promise<VerifyReport> {
  const state = await loadState(directory);
  const check = new SpoolCheck(directory, state);
  try {
    for (const segment of await listSegments(directory)) await check.segment(segment);
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
  readonly #pairing: Pairing;
  #head: ChainHead | undefined;
  #records = 0;
  #tornBytes = 0;

  constructor(directory: string, state: SpoolState) {
    this.#directory = directory;
    this.#state = state;
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

  async segment(segment: Segment): Promise<void> {
    await using lines = await LineReader.open(segment.recordsPath);
    await using contents = await LineReader.open(segment.contentPath);
    const content = new ContentCheck(contents);
    if (lines === undefined) return;
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
      const record = this.#record(line);
      const problem = await content.problemOf(record);
      if (problem !== undefined) this.#bad(problem, record);
    }
    this.#tail(lines.tail.toString('utf8'));
  }

  /** The server cannot have acknowledged what never was. */
  end(): void {
    const lastSeq = this.#head?.seq ?? this.#state.pruned?.seq ?? -1;
    if (lastSeq < this.#state.acknowledgedSeq) this.#bad('cut_off');
  }

  #record({ text, isUtf8 }: Line): AuditRecord {
    if (this.#tornBytes > 0) this.#bad('unreadable'); // something follows an unfinished write
    if (!isUtf8) this.#bad('unreadable');
    const read = readLine(text);
    if ('fault' in read) return this.#bad(read.fault);
    const { record } = read;
    const problem = placeFault(record, this.#head ?? this.#startOf(record));
    if (problem === 'missing') this.#bad(problem);
    if (problem !== undefined) this.#bad(problem, record);
    // What a deletion interrupted by a crash left is in `prunedOpen` already.
    const isPaired =
      record.chain.seq <= (this.#state.pruned?.seq ?? -1) || this.#pairing.accept(record);
    if (!isPaired) this.#bad('close_without_open', record);
    this.#head = record.chain;
    this.#records += 1;
    return record;
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

  /** Bytes after the last newline: an unfinished write, unless a whole record lost its newline. */
  #tail(text: string): void {
    if (text === '') return;
    const end = text.lastIndexOf('}}');
    if (end !== -1 && isJson(text.slice(0, text.lastIndexOf('}') + 1))) this.#bad('unreadable');
    this.#tornBytes += Buffer.byteLength(text);
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

/** Walks the content file in step with its records. */
class ContentCheck {
  readonly #lines: LineReader | undefined;

  constructor(lines: LineReader | undefined) {
    this.#lines = lines;
  }

  async problemOf(record: AuditRecord): Promise<RecordProblem | undefined> {
    const hashes = Object.values(record.contentHashes ?? {});
    if (hashes.length === 0) return undefined;
    const line = await this.#lines?.next();
    const parsed = line?.isUtf8 ? parseContent(line.text) : undefined;
    if (line === undefined) return 'content_missing';
    if (parsed?.seq !== record.chain.seq)
      return parsed === undefined ? 'content_altered' : 'content_missing';
    // Compared as written: a changed byte that means the same text is a change still.
    if (JSON.stringify(parsed) !== line.text) return 'content_altered';
    if (hashes.some((hash) => parsed.contents[hash] === undefined)) return 'content_altered';
    const isIntact = Object.entries(parsed.contents).every(([hash, text]) => sha256(text) === hash);
    return isIntact && Object.keys(parsed.contents).length === new Set(hashes).size
      ? undefined
      : 'content_altered';
  }
}

function parseContent(text: string): ContentLine | undefined {
  try {
    const { seq, contents } = JSON.parse(text) as ContentLine;
    return typeof seq === 'number' && typeof contents === 'object' && contents !== null
      ? { seq, contents }
      : undefined;
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
