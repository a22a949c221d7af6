import { GENESIS_HASH, headOf, type ChainHead } from '../chain';
import type { AuditRecord } from '../record';
import { LineReader } from './lines';
import { listSegments, segmentBytes, type ContentLine, type Segment } from './segment';
import type { SpoolState } from './state';

/** What a spool directory holds, found by reading it. */
export interface Recovered {
  readonly segments: readonly Segment[];
  /** Undefined for a spool that never held a record. */
  readonly head: ChainHead | undefined;
  /** Opened and not closed, by id. */
  readonly open: Map<string, AuditRecord>;
  /** Sizes up to which the last segment's files are whole. */
  readonly recordsSize: number;
  readonly contentSize: number;
  /** Bytes of an unfinished write at the end of the last segment. */
  readonly tornBytes: number;
  /** Bytes of all segments. */
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
  let last: ScannedRecords = { size: 0, tornBytes: 0, head: undefined };
  for (const segment of segments) {
    last = await scanRecords(segment, open);
    head = last.head ?? head;
  }
  const tail = segments.at(-1);
  return {
    segments,
    head,
    open,
    recordsSize: last.size,
    contentSize: tail === undefined ? 0 : await wholeContentSize(tail, head?.seq ?? -1),
    tornBytes: last.tornBytes,
    bytes: await totalBytes(segments),
  };
}

interface ScannedRecords {
  readonly size: number;
  readonly tornBytes: number;
  readonly head: ChainHead | undefined;
}

/** Reads one segment's records and carries on what is open. */
export async function scanRecords(
  segment: Segment,
  open: Map<string, AuditRecord>,
): Promise<ScannedRecords> {
  await using lines = await LineReader.open(segment.recordsPath);
  if (lines === undefined) return { size: 0, tornBytes: 0, head: undefined };
  let head: ChainHead | undefined;
  let size = 0;
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    // Zeros are what a power cut leaves of a write that was never acknowledged.
    if (line.text.includes('\0')) continue;
    size = line.end;
    const record = parseRecord(line.text);
    if (record === undefined) continue;
    head = headOf(record);
    if (record.phase === 'open') open.set(record.id, record);
    if (record.phase === 'close') open.delete(record.id);
  }
  return { size, tornBytes: lines.offset + lines.tail.length - size, head };
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

/** Content is written before its record; lines of records that never made it are left out. */
async function wholeContentSize(segment: Segment, lastSeq: number): Promise<number> {
  await using lines = await LineReader.open(segment.contentPath);
  if (lines === undefined) return 0;
  let size = 0;
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    const seq = contentSeq(line.text);
    if (seq !== undefined && seq > lastSeq) break;
    size = line.end;
  }
  return size;
}

function contentSeq(text: string): number | undefined {
  try {
    return (JSON.parse(text) as ContentLine).seq;
  } catch {
    return undefined;
  }
}

async function totalBytes(segments: readonly Segment[]): Promise<number> {
  let bytes = 0;
  for (const segment of segments) bytes += await segmentBytes(segment);
  return bytes;
}
