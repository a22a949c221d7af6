import { createHash } from 'node:crypto';
import { decodeBody } from '../body';
import { rawHeader, type RawHeaders } from '../headers';
import { asObject, parseJsonObject } from '../providers/read-json';
import { SseParser } from '../sse';

/** What came of a call. */
export interface CallFacts {
  /** The JSON-RPC answer as the server wrote it. Hostile text. */
  readonly result?: string;
  /** SHA-256, hex, over the UTF-8 bytes of that text. */
  readonly resultSha256?: string;
  readonly resultBytes?: number;
  /** The tool says it failed, or the answer is a JSON-RPC error. */
  readonly isError?: boolean;
  readonly tapFault?: 'unreadable' | 'too_large' | 'encoding_unknown';
}

/** Reads the answer to one call while it passes. INVARIANT: it only looks. */
export interface CallTap {
  push(chunk: Buffer): void;
  facts(): CallFacts;
}

export function createCallTap(
  headers: RawHeaders,
  id: string | number,
  maxTappedBytes: number,
): CallTap {
  const encoding = rawHeader(headers, 'content-encoding');
  const isStream = rawHeader(headers, 'content-type')?.includes('text/event-stream') === true;
  if (isStream) return encoding === undefined ? new StreamTap(id, maxTappedBytes) : ENCODED_STREAM;
  return new WholeTap(encoding, maxTappedBytes);
}

const ENCODED_STREAM: CallTap = {
  push: () => undefined,
  facts: () => ({ tapFault: 'encoding_unknown' }),
};

class StreamTap implements CallTap {
  readonly #parser: SseParser;
  #facts: CallFacts | undefined;

  constructor(id: string | number, maxTappedBytes: number) {
    this.#parser = new SseParser(({ data }) => {
      this.#facts ??= answerFacts(data, id);
    }, maxTappedBytes);
  }

  push(chunk: Buffer): void {
    if (this.#facts === undefined) this.#parser.push(chunk);
  }

  facts(): CallFacts {
    if (this.#facts === undefined) this.#parser.end();
    return this.#facts ?? (this.#parser.isOverflown ? { tapFault: 'too_large' } : {});
  }
}

class WholeTap implements CallTap {
  readonly #encoding: string | undefined;
  readonly #maxTappedBytes: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(encoding: string | undefined, maxTappedBytes: number) {
    this.#encoding = encoding;
    this.#maxTappedBytes = maxTappedBytes;
  }

  push(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length <= this.#maxTappedBytes) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  facts(): CallFacts {
    if (this.#length > this.#maxTappedBytes) return { tapFault: 'too_large' };
    const bytes = decodeBody(Buffer.concat(this.#chunks), this.#encoding, this.#maxTappedBytes);
    if (bytes === undefined) return { tapFault: 'encoding_unknown' };
    if (bytes.length === 0) return {};
    return answerFacts(bytes.toString('utf8')) ?? { tapFault: 'unreadable' };
  }
}

/** Facts of a text that is an answer; with `id` only of the answer to that request. */
function answerFacts(text: string, id?: string | number): CallFacts | undefined {
  const message = parseJsonObject(text);
  if (message === undefined || !('result' in message || 'error' in message)) return undefined;
  if (id !== undefined && message['id'] !== id) return undefined;
  return {
    result: text,
    resultSha256: createHash('sha256').update(text).digest('hex'),
    resultBytes: Buffer.byteLength(text),
    isError: 'error' in message || asObject(message['result'])?.['isError'] === true,
  };
}
