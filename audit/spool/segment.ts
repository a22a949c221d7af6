import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A spool is a row of segments. Each is two files named by its first sequence number: `records-N.jsonl`, one
 * canonical record a line, and `content-N.jsonl`, one line `{"seq","contents":{sha256: text}}` for each of those
 * records that has content.
 */
export interface Segment {
  readonly firstSeq: number;
  readonly recordsPath: string;
  readonly contentPath: string;
}

/** One line of a content file. */
export interface ContentLine {
  readonly seq: number;
  /** SHA-256 (hex) to text. */
  readonly contents: { readonly [sha256: string]: string };
}

export function segmentAt(directory: string, firstSeq: number): Segment {
  const number = String(firstSeq).padStart(12, '0');
  return {
    firstSeq,
    recordsPath: join(directory, `records-${number}.jsonl`),
    contentPath: join(directory, `content-${number}.jsonl`),
  };
}

/** Segments of a spool directory, oldest first. */
export async function listSegments(directory: string): Promise<Segment[]> {
  const numbers = (await readdir(directory)).flatMap((name) => {
    const match = /^records-(\d{12})\.jsonl$/.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
  return numbers.sort((a, b) => a - b).map((firstSeq) => segmentAt(directory, firstSeq));
}

/** Size of a file in bytes, 0 when it does not exist. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

export async function segmentBytes(segment: Segment): Promise<number> {
  return (await sizeOf(segment.recordsPath)) + (await sizeOf(segment.contentPath));
}
