import { createHash } from 'node:crypto';
import { brotliCompressSync, constants } from 'node:zlib';
import type { RuntimeFile } from './runtime-files';

/** What a packed file must turn out to be. */
interface PackedFile {
  readonly name: string;
  readonly arch?: string;
  readonly bytes: number;
  /** Its share of the joined parts, a brotli stream of its own; in the order of the files. */
  readonly packedBytes: number;
  /** SHA-256 of the content, hex. */
  readonly sha256: string;
}

/** Files made ready to travel in scripts: compressed, joined, base64, cut into parts. */
export interface PackedRuntime {
  /** SHA-256 of the compressed bytes, hex: names the folders in the workspace. */
  readonly id: string;
  readonly files: readonly PackedFile[];
  readonly parts: readonly string[];
}

/**
 * Characters of base64 in one part. A script travels as one argument of `sh -c`, for which Linux allows 131,071
 * bytes (MAX_ARG_STRLEN); the rest is for the script around it.
 */
const PART_LENGTH = 129_000;

/** Same files, same bytes. */
export function packRuntime(files: readonly RuntimeFile[]): PackedRuntime {
  const packed = files.map((file) => ({
    file,
    compressed: file.compressed ?? compress(file.content),
  }));
  const payload = Buffer.concat(packed.map(({ compressed }) => compressed));
  const text = payload.toString('base64');
  const count = Math.ceil(text.length / PART_LENGTH);
  return {
    id: sha256(payload),
    files: packed.map(({ file: { name, arch, content }, compressed }) => ({
      name,
      ...(arch === undefined ? {} : { arch }),
      bytes: content.length,
      packedBytes: compressed.length,
      sha256: sha256(content),
    })),
    parts: Array.from({ length: count }, (_, index) =>
      text.slice(index * PART_LENGTH, (index + 1) * PART_LENGTH),
    ),
  };
}

/** Quality 9 of 11: the last two take twenty times as long for a tenth less. */
function compress(content: Buffer): Buffer {
  return brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
