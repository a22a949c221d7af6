import type { AuditRecord } from '../record';
import { LineReader } from './lines';
import { listSegments, type ContentLine, type Segment } from './segment';

/** Records of a spool directory in chain order, also while its writer runs. Unreadable lines are left to `verify`. */
export async function* readSpoolRecords(directory: string): AsyncGenerator<AuditRecord> {
  for (const segment of await listSegments(directory)) yield* readSegmentRecords(segment);
}

async function* readSegmentRecords(segment: Segment): AsyncGenerator<AuditRecord> {
  await using lines = await LineReader.open(segment.recordsPath);
  for (let line = await lines?.next(); line !== undefined; line = await lines?.next()) {
    const record = parse(line.text) as AuditRecord | undefined;
    if (record?.chain !== undefined) yield record;
  }
}

/** Content of a spool directory by hash, as far as `wanted` names it. */
export async function readSpoolContents(
  directory: string,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const segment of await listSegments(directory)) {
    await using lines = await LineReader.open(segment.contentPath);
    for (let line = await lines?.next(); line !== undefined; line = await lines?.next()) {
      const parsed = parse(line.text) as ContentLine | undefined;
      for (const [hash, text] of Object.entries(parsed?.contents ?? {})) {
        if (wanted.has(hash)) found.set(hash, text);
      }
    }
  }
  return found;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
