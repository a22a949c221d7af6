import type { IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import * as zlib from 'node:zlib';

/** A request body in memory, or why there is none. */
export type ReceivedBody =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'none' }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'client_gone' };

/** Bodies up to this length get their memory at once; a longer one only as its bytes come. */
const MAX_RESERVED_BYTES = 1024 * 1024;

/** Reads a request body of at most `maxBytes`. A larger one is left unread. Never rejects. */
export function receiveBody(request: IncomingMessage, maxBytes: number): Promise<ReceivedBody> {
  const declared = request.headers['content-length'];
  if (declared === undefined && request.headers['transfer-encoding'] === undefined)
    return Promise.resolve({ kind: 'none' });
  const length = declared === undefined ? Infinity : Number(declared);
  if (declared !== undefined && length > maxBytes) return Promise.resolve({ kind: 'too_large' });
  const store = length <= MAX_RESERVED_BYTES ? new ReservedBytes(length) : new GrowingBytes();
  return collect(request, store, maxBytes);
}

interface ByteStore {
  readonly length: number;
  add(chunk: Buffer): void;
  take(): Buffer;
}

/** Copies pieces into their place as they come: each of them is a read buffer of 64 KiB that can go at once. */
class ReservedBytes implements ByteStore {
  length = 0;
  readonly #bytes: Buffer;

  constructor(length: number) {
    this.#bytes = Buffer.allocUnsafeSlow(length);
  }

  add(chunk: Buffer): void {
    this.length += chunk.copy(this.#bytes, this.length);
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }
}

class GrowingBytes implements ByteStore {
  length = 0;
  #chunks: Buffer[] = [];

  add(chunk: Buffer): void {
    this.length += chunk.length;
    this.#chunks.push(chunk);
  }

  take(): Buffer {
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return bytes;
  }
}

function collect(
  request: IncomingMessage,
  store: ByteStore,
  maxBytes: number,
): Promise<ReceivedBody> {
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      if (store.length + chunk.length <= maxBytes) return store.add(chunk);
      request.pause();
      resolve({ kind: 'too_large' });
    });
    request.on('end', () => resolve({ kind: 'body', bytes: store.take() }));
    request.on('error', () => resolve({ kind: 'client_gone' }));
    request.on('close', () => resolve({ kind: 'client_gone' }));
  });
}

/**
 * The body as the tap reads it. Undefined when its encoding is unknown here (zstd before Node 22.15), it is damaged or
 * larger than `maxBytes`.
 */
export function decodeBody(
  bytes: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Buffer | undefined {
  const options = { maxOutputLength: maxBytes };
  try {
    switch (encoding?.trim().toLowerCase()) {
      case undefined:
      case '':
      case 'identity':
        return bytes;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, options);
      case 'deflate':
        return inflateSync(bytes, options);
      case 'br':
        return brotliDecompressSync(bytes, options);
      case 'zstd':
        return zlib.zstdDecompressSync?.(bytes, options);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
