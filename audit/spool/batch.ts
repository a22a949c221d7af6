import type { AuditRecord } from '../record';
import type { Segment } from './segment';
import { SegmentReader, type Block } from './segment-reader';
import type { DurableEnd } from './writer';

/** Consecutive records of one chain with their content: the body of `POST /api/v1/records`. */
export interface RecordBatch {
  readonly uid: string;
  readonly records: readonly AuditRecord[];
  /** SHA-256 (hex) to text, for every hash named in `records`. */
  readonly contents: { readonly [sha256: string]: string };
}

/** A record as it stands in a segment. */
export interface StoredLine {
  readonly record: AuditRecord;
  /** Its canonical JSON. */
  readonly line: string;
}

/** Consecutive records as they lie in a log. */
export interface LogBatch {
  readonly lines: readonly StoredLine[];
  /** SHA-256 (hex) to UTF-8 text. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

/** Where in a segment a sequence number stands. */
interface Position {
  readonly firstSeq: number;
  readonly seq: number;
  readonly offset: number;
}

/** Reads durable records in batches; remembers where the last batch ended, so that each byte is read once. */
export class LogReader {
  #next: Position | undefined;

  /** Records from `from` on, of one segment, about `limitBytes`, at least one. */
  async read(
    segments: readonly Segment[],
    durable: DurableEnd,
    from: number,
    limitBytes: number,
  ): Promise<LogBatch | undefined> {
    const segment = segments.findLast(({ firstSeq }) => firstSeq <= from);
    if (segment === undefined) return undefined;
    const { offset } = this.#startIn(segment, from);
    const limit = segment.firstSeq === durable.segment.firstSeq ? durable.size : Infinity;
    await using reader = await SegmentReader.open(segment.path, offset, limit);
    if (reader === undefined) return undefined;
    const batch = await collect(reader, from, limitBytes);
    const last = batch.lines.at(-1);
    if (last === undefined) return undefined;
    const { firstSeq } = segment;
    this.#next = { firstSeq, seq: last.record.chain.seq + 1, offset: reader.offset };
    return batch;
  }

  #startIn({ firstSeq }: Segment, from: number): Position {
    const next = this.#next;
    if (next?.seq === from && next.firstSeq === firstSeq) return next;
    return { firstSeq, seq: from, offset: 0 };
  }
}

async function collect(reader: SegmentReader, from: number, limitBytes: number): Promise<LogBatch> {
  const lines: StoredLine[] = [];
  const contents = new Map<string, Buffer>();
  let bytes = 0;
  while (bytes < limitBytes) {
    const block = reader.take() ?? (await reader.next());
    if (block === undefined) break;
    const stored = readStored(block);
    if (stored === undefined || stored.record.chain.seq < from) continue;
    lines.push(stored);
    bytes += stored.line.length;
    if (block.kind !== 'record') continue;
    for (const part of block.contents) {
      // The reader's buffer stays as it is, however far it reads on.
      contents.set(part.sha256, part.bytes);
      bytes += part.bytes.length;
    }
  }
  return { lines, contents };
}

/** Undefined for what is no record: `verify` names it. */
function readStored(block: Block): StoredLine | undefined {
  if (block.kind !== 'record') return undefined;
  const line = block.line.toString('utf8');
  try {
    return { line, record: JSON.parse(line) as AuditRecord };
  } catch {
    return undefined;
  }
}

/** As it goes to a server. */
export function toRecordBatch({ lines, contents }: LogBatch): RecordBatch | undefined {
  const uid = lines[0]?.record.chain.uid;
  if (uid === undefined) return undefined;
  const texts = Array.from(
    contents,
    ([sha256, bytes]) => [sha256, bytes.toString('utf8')] as const,
  );
  return {
    uid,
    records: lines.map(({ record }) => record),
    contents: Object.fromEntries(texts),
  };
}
