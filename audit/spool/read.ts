import type { AuditRecord } from '../record';
import { listSegments } from './segment';
import { SegmentReader, type ContentPart } from './segment-reader';

/** A record with what lies before it. */
export interface ReadRecord {
  readonly record: AuditRecord;
  readonly contents: readonly ContentPart[];
}

/** Records of a spool directory in chain order, also while its writer runs. Unreadable lines are left to `verify`. */
export async function* readSpool(directory: string): AsyncGenerator<ReadRecord> {
  for (const segment of await listSegments(directory)) {
    await using reader = await SegmentReader.open(segment.path);
    for (let block = await reader?.next(); block !== undefined; block = await reader?.next()) {
      const record = block.kind === 'record' ? parse(block.line.toString('utf8')) : undefined;
      if (record?.chain !== undefined && block.kind === 'record')
        yield { record, contents: block.contents };
    }
  }
}

/** Content of a spool directory by hash, as far as `wanted` names it. */
export async function readSpoolContents(
  directory: string,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { contents } of readSpool(directory))
    for (const { sha256, bytes } of contents)
      if (wanted.has(sha256)) found.set(sha256, bytes.toString('utf8'));
  return found;
}

function parse(text: string): AuditRecord | undefined {
  try {
    return JSON.parse(text) as AuditRecord;
  } catch {
    return undefined;
  }
}
