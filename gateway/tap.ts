import { decodeBody } from './body';
import { createEventParser, framingOf, type EventParser, type Framing } from './framing';
import { rawHeader, type RawHeaders } from './headers';
import { EMPTY_RESPONSE, type ResponseFacts, type WireFormat } from './providers/wire-format';
import { asObject, parseJson } from './providers/read-json';

/**
 * Reads an answer while it passes. INVARIANT: a tap only looks at bytes; whatever happens in it, the answer goes on
 * unchanged, so faults end in `facts().tapFault` and nowhere else.
 */
export interface ResponseTap {
  push(chunk: Buffer): void;
  facts(): TappedFacts;
}

/** What was read, and why something could not be. */
export interface TappedFacts extends ResponseFacts {
  readonly tapFault?: 'unreadable' | 'too_large' | 'encoding_unknown';
}

/** Chooses how to read an answer from its head. */
export function createTap(
  format: WireFormat,
  headers: RawHeaders,
  maxTappedBytes: number,
): ResponseTap {
  const encoding = rawHeader(headers, 'content-encoding');
  const framing = framingOf(headers);
  const isPlain = encoding === undefined || encoding.toLowerCase() === 'identity';
  if (framing !== undefined && isPlain) return new StreamTap(format, framing);
  return new WholeTap(format, { framing, encoding, maxTappedBytes });
}

class StreamTap implements ResponseTap {
  readonly #reader;
  readonly #parser: EventParser;
  #isBroken = false;

  constructor(format: WireFormat, framing: Framing) {
    const reader = format.createStreamReader();
    this.#reader = reader;
    this.#parser = createEventParser(framing, ({ event, data }) => reader.push(event, data));
  }

  push(chunk: Buffer): void {
    try {
      if (!this.#isBroken) this.#parser.push(chunk);
    } catch {
      this.#isBroken = true;
    }
  }

  facts(): TappedFacts {
    this.#parser.end();
    const facts = this.#reader.facts();
    if (this.#parser.isOverflown) return { ...facts, tapFault: 'too_large' };
    return this.#isBroken ? { ...facts, tapFault: 'unreadable' } : facts;
  }
}

interface WholeOptions {
  /** Undefined: JSON. */
  readonly framing: Framing | undefined;
  readonly encoding: string | undefined;
  readonly maxTappedBytes: number;
}

/** Keeps the answer and reads it at its end: JSON, and anything compressed. */
class WholeTap implements ResponseTap {
  readonly #format: WireFormat;
  readonly #options: WholeOptions;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(format: WireFormat, options: WholeOptions) {
    this.#format = format;
    this.#options = options;
  }

  push(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length <= this.#options.maxTappedBytes) this.#chunks.push(chunk);
    else this.#chunks.length = 0;
  }

  facts(): TappedFacts {
    const { encoding, maxTappedBytes, framing } = this.#options;
    if (this.#length > maxTappedBytes) return { ...EMPTY_RESPONSE, tapFault: 'too_large' };
    const bytes = decodeBody(Buffer.concat(this.#chunks), encoding, maxTappedBytes);
    if (bytes === undefined) return { ...EMPTY_RESPONSE, tapFault: 'encoding_unknown' };
    return framing === undefined ? this.#readJson(bytes) : this.#readStream(bytes, framing);
  }

  #readStream(bytes: Buffer, framing: Framing): TappedFacts {
    const tap = new StreamTap(this.#format, framing);
    tap.push(bytes);
    return tap.facts();
  }

  #readJson(bytes: Buffer): TappedFacts {
    const value = parseJson(bytes.toString('utf8'));
    if (Array.isArray(value)) return this.#readPieces(value);
    const body = asObject(value);
    if (body === undefined) return { ...EMPTY_RESPONSE, tapFault: 'unreadable' };
    return this.#format.readResponse(body);
  }

  /** A stream without server-sent events: Gemini's default is one JSON list of pieces. */
  #readPieces(pieces: readonly unknown[]): TappedFacts {
    const reader = this.#format.createStreamReader();
    for (const piece of pieces) reader.push('message', JSON.stringify(piece));
    return reader.facts();
  }
}
