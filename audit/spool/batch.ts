import type { AuditRecord } from '../record';
import { LineReader } from './lines';
import type { ContentLine, Segment } from './segment';
import type { SegmentWriter } from './writer';

/** Consecutive records of one chain with their content: the body of `POST /api/v1/records`. */
export interface RecordBatch {
  readonly uid: string;
  readonly records: readonly AuditRecord[];
  /** SHA-256 (hex) to text, for every hash named in `records`. */
  readonly contents: { readonly [sha256: string]: string };
}

/** Where in a segment's two files a sequence number stands. */
interface Position {
  readonly segment: Segment;
  readonly seq: number;
  readonly recordsOffset: number;
  readonly contentOffset: number;
}

/** Reads durable records in batches; remembers where the last batch ended, so that shipping reads each byte once. */
export class BatchReader {
  readonly #writer: SegmentWriter;
  #next: Position | undefined;

  constructor(writer: SegmentWriter) {
    this.#writer = writer;
  }

  /** Records from `from` on, of one segment, about `limitBytes`, at least one. */
  async read(
    segments: readonly Segment[],
    from: number,
    limitBytes: number,
  ): Promise<RecordBatch | undefined> {
    const segment = segments.findLast(({ firstSeq }) => firstSeq <= from);
    if (segment === undefined) return undefined;
    const start = this.#startIn(segment, from);
    const isLast = segment.firstSeq === this.#writer.segment.firstSeq;
    const recordsLimit = isLast ? this.#writer.durableRecordsSize : Infinity;
    await using records = await LineReader.open(
      segment.recordsPath,
      start.recordsOffset,
      recordsLimit,
    );
    await using content = await ContentReader.open(segment, start.contentOffset);
    if (records === undefined) return undefined;
    const batch = await collect(records, content, from, limitBytes);
    const last = batch.records.at(-1);
    if (last === undefined) return undefined;
    const seq = last.chain.seq + 1;
    this.#next = { segment, seq, recordsOffset: records.offset, contentOffset: content.offset };
    return { uid: last.chain.uid, ...batch };
  }

  #startIn(segment: Segment, from: number): Position {
    const next = this.#next;
    if (next?.seq === from && next.segment.firstSeq === segment.firstSeq) return next;
    return { segment, seq: from, recordsOffset: 0, contentOffset: 0 };
  }
}

async function collect(
  records: LineReader,
  content: ContentReader,
  from: number,
  limitBytes: number,
): Promise<Omit<RecordBatch, 'uid'>> {
  const collected: AuditRecord[] = [];
  const contents: Record<string, string> = {};
  let bytes = 0;
  while (bytes < limitBytes) {
    const line = await records.next();
    if (line === undefined) break;
    const record = JSON.parse(line.text) as AuditRecord;
    if (record.chain.seq < from) continue;
    collected.push(record);
    bytes += line.text.length;
    if (record.contentHashes === undefined) continue;
    const found = await content.of(record.chain.seq);
    for (const text of Object.values(found)) bytes += text.length;
    Object.assign(contents, found);
  }
  return { records: collected, contents };
}

/** Walks a content file in step with its records. Content that is missing or unreadable is left out. */
class ContentReader {
  readonly #lines: LineReader | undefined;
  #ahead: ContentLine | undefined;
  #offset: number;

  private constructor(lines: LineReader | undefined, offset: number) {
    this.#lines = lines;
    this.#offset = offset;
  }

  static async open(segment: Segment, offset: number): Promise<ContentReader> {
    return new ContentReader(await LineReader.open(segment.contentPath, offset), offset);
  }

  /** Start of the first line not yet used. */
  get offset(): number {
    return this.#offset;
  }

  async of(seq: number): Promise<ContentLine['contents']> {
    while (this.#ahead === undefined || this.#ahead.seq < seq) {
      this.#offset = this.#lines?.offset ?? this.#offset;
      const line = await this.#lines?.next();
      if (line === undefined) return {};
      this.#ahead = parseContentLine(line.text);
    }
    if (this.#ahead.seq > seq) return {};
    const { contents } = this.#ahead;
    this.#ahead = undefined;
    this.#offset = this.#lines?.offset ?? this.#offset;
    return contents;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines?.[Symbol.asyncDispose]();
  }
}

function parseContentLine(text: string): ContentLine | undefined {
  try {
    return JSON.parse(text) as ContentLine;
  } catch {
    return undefined;
  }
}
