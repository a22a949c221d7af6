import { GENESIS_HASH, headOf, readLine, type ChainHead } from '../chain';
import type { AuditRecord } from '../record';
import { listSegments, sizeOf, type Segment } from './segment';
import { SegmentReader, type Block } from './segment-reader';
import type { SpoolState } from './state';
import { tornBytesOf, type Group } from './torn';

/** What a spool directory holds, found by reading it. */
export interface Recovered {
  readonly segments: readonly Segment[];
  /** Undefined for a spool that never held a record. */
  readonly head: ChainHead | undefined;
  /** Opened and not closed, by id. */
  readonly open: Map<string, AuditRecord>;
  /** Size up to which the last segment is whole. */
  readonly size: number;
  /** Bytes of an unfinished write at the end of the last segment. */
  readonly tornBytes: number;
  /** Bytes of all segments, the unfinished write not counted. */
  readonly bytes: number;
}

/**
 * Reads a spool after whatever ended its last writer. An unfinished write stands at the very end and was never
 * acknowledged: it is left out. Anything odd before that is no crash: it stays where it is for `verify` to name.
 */
export async function recoverSpool(directory: string, state: SpoolState): Promise<Recovered> {
  const segments = await listSegments(directory);
  const open = new Map(state.prunedOpen.map((record) => [record.id, record]));
  let head: ChainHead | undefined = state.pruned;
  let last: ScannedSegment = { size: 0, tornBytes: 0, head: undefined };
  let bytes = 0;
  for (const segment of segments) {
    const isLast = segment === segments.at(-1);
    last = await scanSegment(segment, open, { head, isLast });
    head = last.head ?? head;
    bytes += isLast ? last.size : await sizeOf(segment.path);
  }
  return { segments, head, open, size: last.size, tornBytes: last.tornBytes, bytes };
}

interface ScannedSegment {
  readonly size: number;
  readonly tornBytes: number;
  readonly head: ChainHead | undefined;
}

interface Before {
  /** Of the records before the segment. */
  readonly head: ChainHead | undefined;
  /** Only the last segment can have an unfinished write. */
  readonly isLast: boolean;
}

/** Reads one segment's records and carries on what is open. */
export async function scanSegment(
  segment: Segment,
  open: Map<string, AuditRecord>,
  before: Before,
): Promise<ScannedSegment> {
  await using reader = await SegmentReader.open(segment.path);
  if (reader === undefined) return { size: 0, tornBytes: 0, head: undefined };
  const scan = new Scan(before.head);
  for (let block = await reader.next(); block !== undefined; block = await reader.next())
    scan.accept(block);
  const { tornBytes } = reader;
  const torn = before.isLast
    ? await scan.tornEnd(segment.path, reader.offset, tornBytes)
    : undefined;
  if (torn !== undefined) scan.dropAfter(torn.size);
  for (const record of scan.records) {
    if (record.phase === 'open') open.set(record.id, record);
    if (record.phase === 'close') open.delete(record.id);
  }
  const last = scan.records.at(-1);
  return { ...(torn ?? { size: reader.offset, tornBytes: 0 }), head: last && headOf(last) };
}

/** Follows the blocks of one segment. */
class Scan {
  readonly records: AuditRecord[] = [];
  group: Group | undefined;
  #recordsBefore = 0;
  #head: ChainHead | undefined;
  #isOdd = false;

  constructor(head: ChainHead | undefined) {
    this.#head = head;
  }

  accept(block: Block): void {
    if (block.kind === 'record') this.#record(block);
    else if (block.kind === 'group' && this.#begins(block)) {
      this.group = block;
      this.#recordsBefore = this.records.length;
      this.#isOdd = false;
    } else this.#isOdd = true;
  }

  /** Where something is odd, text of a prompt may pass for lines of ours: only the place tells. */
  #begins({ start }: Group): boolean {
    return !this.#isOdd || start === this.group?.groupEnd;
  }

  #record({ line }: Extract<Block, { kind: 'record' }>): void {
    const text = line.toString('utf8');
    const record = this.#isOdd ? intactRecord(text, this.#head) : parseRecord(text);
    if (record === undefined) this.#isOdd = true;
    else {
      this.records.push(record);
      this.#head = headOf(record);
    }
  }

  /** What remains, and what is cut off, of a segment that ends with an unfinished write. */
  async tornEnd(
    path: string,
    end: number,
    tornBytes: number,
  ): Promise<{ readonly size: number; readonly tornBytes: number } | undefined> {
    const { group } = this;
    if (group === undefined) return tornBytes > 0 ? { size: 0, tornBytes } : undefined;
    const isWhole = !this.#isOdd && tornBytes === 0 && end === group.groupEnd;
    const found = isWhole ? undefined : await tornBytesOf(path, group);
    if (found !== undefined) return { size: group.start, tornBytes: found };
    // The header of a group that never came, behind a whole one.
    const isHeader = !this.#isOdd && tornBytes > 0 && end === group.groupEnd;
    return isHeader ? { size: end, tornBytes } : undefined;
  }

  /** Nothing of an unfinished group counts. */
  dropAfter(size: number): void {
    if (size === (this.group?.start ?? 0)) this.records.length = this.#recordsBefore;
  }
}

function parseRecord(text: string): AuditRecord | undefined {
  try {
    const record = JSON.parse(text) as AuditRecord;
    const isLinked =
      Number.isInteger(record.chain.seq) && record.chain.hash.length === GENESIS_HASH.length;
    return isLinked ? record : undefined;
  } catch {
    return undefined;
  }
}

/** A record that proves itself to be one of this chain. */
function intactRecord(text: string, head: ChainHead | undefined): AuditRecord | undefined {
  const read = readLine(text);
  if ('fault' in read) return undefined;
  const { uid, seq } = read.record.chain;
  return uid === head?.uid && seq > head.seq ? read.record : undefined;
}
