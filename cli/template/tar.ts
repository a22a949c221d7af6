/** One entry of an archive; a directory has no data. */
export interface TarEntry {
  /** With `/`, relative, without a trailing slash. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  readonly data?: Buffer;
}

const BLOCK = 512;
const NAME_BYTES = 100;

/** An uncompressed POSIX tar. Times and owners are left out: the same files give the same bytes. */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(entryBlocks), Buffer.alloc(2 * BLOCK)]);
}

/** Bytes `writeTar` makes of these entries. */
export function tarSize(entries: readonly TarEntry[]): number {
  return entries.flatMap(entryBlocks).reduce((sum, part) => sum + part.length, 2 * BLOCK);
}

function entryBlocks(entry: TarEntry): Buffer[] {
  const { data, mode, name } = entry;
  const body = data === undefined ? [] : [data, padding(data.length)];
  const type = data === undefined ? '5' : '0';
  const head = header({ name, mode, size: data?.length ?? 0, type });
  return [...(isPlainName(name) ? [] : paxBlocks(name)), head, ...body];
}

/** A name the plain header holds: short ASCII. Everything else gets a PAX record, as Go's archive/tar writes it. */
function isPlainName(name: string): boolean {
  return /^[\x20-\x7e]*$/.test(name) && name.length <= NAME_BYTES;
}

function paxBlocks(name: string): Buffer[] {
  const field = ` path=${name}\n`;
  const bytes = Buffer.byteLength(field);
  // The record's length counts its own digits.
  const length = bytes + String(bytes + String(bytes).length).length;
  const record = Buffer.from(`${length}${field}`);
  const head = header({ name: 'PaxHeaders.0/entry', mode: 0o644, size: record.length, type: 'x' });
  return [head, record, padding(record.length)];
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

interface Header {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  readonly type: string;
}

function header({ mode, name, size, type }: Header): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  Buffer.from(name).copy(block, 0, 0, NAME_BYTES);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
