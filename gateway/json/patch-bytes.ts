/** A piece of a text replaced by another. Byte offsets. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer;
}

/** Applies edits that are in order and do not overlap; every other byte stays what and where it was. */
export function patchBytes(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { start, end, bytes: piece } of edits) {
    pieces.push(bytes.subarray(from, start), piece);
    from = end;
  }
  return Buffer.concat([...pieces, bytes.subarray(from)]);
}
