import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A spool is a row of segments, files named by their first sequence number. What one commit wrote is a group:
 *
 * ```
 * @BYTES                      how long the rest of the group is
 * #SHA256 BYTES               content of the next record, as many as it has, its UTF-8 text on the lines after
 * {"chain":{…},…}             a record, canonical JSON
 * ```
 *
 * A group is whole or it never was acknowledged. Text is not escaped: that costs more than all the rest.
 */
export interface Segment {
  readonly firstSeq: number;
  readonly path: string;
}

/** Segments are named so. */
export const SEGMENT_NAME = /^segment-(\d{12})\.log$/;

export function segmentAt(directory: string, firstSeq: number): Segment {
  const number = String(firstSeq).padStart(12, '0');
  return { firstSeq, path: join(directory, `segment-${number}.log`) };
}

/** Segments of a spool directory, oldest first. */
export async function listSegments(directory: string): Promise<Segment[]> {
  const numbers = (await readdir(directory)).flatMap((name) => {
    const match = SEGMENT_NAME.exec(name);
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
