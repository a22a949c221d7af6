import { open } from 'node:fs/promises';
import type { Block } from './segment-reader';

/** What a disk writes as a whole. */
const PAGE_BYTES = 4096;

export type Group = Extract<Block, { kind: 'group' }>;

/**
 * How many bytes of a group are on disk when it is a write that a crash cut short; undefined when its fault is damage. A
 * group cut short has nothing behind it, and it is short or a page of it never reached the disk. A changed byte is neither.
 */
export async function tornBytesOf(
  path: string,
  { start, groupEnd }: Group,
): Promise<number | undefined> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const bytes = Buffer.alloc(size - start);
  await file.read(bytes, 0, bytes.length, start);
  const length = groupEnd - start;
  const isCut =
    bytes.length < length ||
    (isZero(bytes.subarray(length)) && hasLostPage(bytes.subarray(0, length), start));
  return isCut ? bytes.findLastIndex((byte) => byte !== 0) + 1 : undefined;
}

function hasLostPage(bytes: Buffer, offset: number): boolean {
  const firstEnd = PAGE_BYTES - (offset % PAGE_BYTES);
  for (let from = 0, to = firstEnd; from < bytes.length; from = to, to += PAGE_BYTES)
    if (isZero(bytes.subarray(from, to))) return true;
  // A group ends with a line end, also where the lost page is shared with what came before.
  return bytes.at(-1) === 0;
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}
