import type { IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import * as zlib from 'node:zlib';

/** A request body in memory, or why there is none. */
export type ReceivedBody =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'none' }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'client_gone' };

/** Reads a request body of at most `maxBytes`. A larger one is left unread. Never rejects. */
export function receiveBody(request: IncomingMessage, maxBytes: number): Promise<ReceivedBody> {
  const declared = request.headers['content-length'];
  if (declared === undefined && request.headers['transfer-encoding'] === undefined)
    return Promise.resolve({ kind: 'none' });
  if (Number(declared) > maxBytes) return Promise.resolve({ kind: 'too_large' });
  return collect(request, maxBytes);
}

function collect(request: IncomingMessage, maxBytes: number): Promise<ReceivedBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) return void chunks.push(chunk);
      chunks.length = 0;
      request.pause();
      resolve({ kind: 'too_large' });
    });
    request.on('end', () => {
      const [only] = chunks;
      const bytes = chunks.length === 1 && only ? only : Buffer.concat(chunks);
      resolve({ kind: 'body', bytes });
    });
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
