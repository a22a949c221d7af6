import {
  type BodyEnd,
  bodyEnd,
  linesOf,
  parseFields,
  parseResponseHead,
  protocolFault,
} from './http1-head';
import type { ParsedHead } from './http1-head';
import type { RawHeaders } from './headers';

/** What a response consists of, told as it comes. */
export interface ResponseParts {
  /** A 1xx answer but 101; the final one follows. */
  information(head: ParsedHead): void;
  head(head: ParsedHead): void;
  body(piece: Buffer): void;
  end(trailers: RawHeaders): void;
}

type State =
  'head' | 'length' | 'close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'done';

const NOTHING = Buffer.alloc(0);
const SWITCHING_PROTOCOLS = 101;
/** Chunk sizes of 13 hexadecimal digits are exact numbers; extensions mean nothing to us. */
const CHUNK_SIZE = /^([0-9a-f]{1,13})[ \t]*(?:;[^\0\r\n]*)?$/i;

/**
 * Reads one response of an origin from pieces cut anywhere. Body pieces are views of what came, not copies. Throws an
 * `UpstreamError` at the first byte that is no HTTP.
 */
export class ResponseReader {
  #state: State = 'head';
  /** Of the body or the chunk. */
  #bytesLeft = 0;
  /** A line or head that is not complete yet. */
  #held: Buffer = NOTHING;

  constructor(
    private readonly method: string,
    private readonly maxHeadBytes: number,
    private readonly parts: ResponseParts,
  ) {}

  /** Takes the next piece; returns what is beyond the end of the response, or of the head that leaves HTTP. */
  push(piece: Buffer): Buffer {
    let rest = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    this.#held = NOTHING;
    while (rest.length > 0 && this.#state !== 'done') {
      const taken = this.#take(rest);
      if (taken === 0) {
        if (rest.length > this.maxHeadBytes) throw protocolFault('head too long');
        this.#held = rest;
        return NOTHING;
      }
      rest = rest.subarray(taken);
    }
    return rest;
  }

  /** The origin closed its side: the end of the body where nothing else marks it. False: it was cut. */
  close(): boolean {
    if (this.#state === 'close') this.#finish([]);
    return this.#state === 'done';
  }

  #take(bytes: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#takeUntil(bytes, '\r\n\r\n', (text) => this.#head(text));
      case 'length':
      case 'chunk':
        return this.#takeBody(bytes);
      case 'chunk-size':
        return this.#takeUntil(bytes, '\r\n', (text) => this.#chunkSize(text));
      case 'chunk-end':
        return this.#takeUntil(bytes, '\r\n', (text) => this.#chunkEnd(text));
      case 'trailers':
        return this.#takeTrailers(bytes);
      case 'close':
        this.parts.body(bytes);
        return bytes.length;
      case 'done':
        return 0;
    }
  }

  #takeUntil(bytes: Buffer, mark: string, done: (text: string) => void): number {
    const end = bytes.indexOf(mark, 0, 'latin1');
    if (end === -1) return 0;
    if (end > this.maxHeadBytes) throw protocolFault('head too long');
    done(bytes.toString('latin1', 0, end));
    return end + mark.length;
  }

  #takeBody(bytes: Buffer): number {
    const piece = bytes.length > this.#bytesLeft ? bytes.subarray(0, this.#bytesLeft) : bytes;
    this.#bytesLeft -= piece.length;
    this.parts.body(piece);
    if (this.#bytesLeft > 0) return piece.length;
    if (this.#state === 'chunk') this.#state = 'chunk-end';
    else this.#finish([]);
    return piece.length;
  }

  #takeTrailers(bytes: Buffer): number {
    const isEmpty = bytes.length > 1 && bytes[0] === 0x0d && bytes[1] === 0x0a;
    if (!isEmpty) {
      return this.#takeUntil(bytes, '\r\n\r\n', (text) => this.#finish(parseFields(linesOf(text))));
    }
    this.#finish([]);
    return 2;
  }

  #head(text: string): void {
    const head = parseResponseHead(text);
    if (head.status < 200 && head.status !== SWITCHING_PROTOCOLS) {
      this.parts.information(head);
      return;
    }
    const end: BodyEnd =
      head.status === SWITCHING_PROTOCOLS ? { kind: 'close' } : bodyEnd(this.method, head);
    this.#bytesLeft = end.kind === 'length' ? end.bytes : 0;
    this.#state = end.kind === 'chunked' ? 'chunk-size' : end.kind;
    if (head.status === SWITCHING_PROTOCOLS) this.#state = 'done';
    this.parts.head(end.kind === 'close' ? { ...head, isKept: false } : head);
    if (this.#state === 'length' && this.#bytesLeft === 0) this.#finish([]);
  }

  #chunkSize(line: string): void {
    const digits = CHUNK_SIZE.exec(line)?.[1];
    if (digits === undefined) throw protocolFault('chunk size');
    this.#bytesLeft = Number.parseInt(digits, 16);
    this.#state = this.#bytesLeft === 0 ? 'trailers' : 'chunk';
  }

  #chunkEnd(text: string): void {
    if (text !== '') throw protocolFault('chunk end');
    this.#state = 'chunk-size';
  }

  #finish(trailers: RawHeaders): void {
    this.#state = 'done';
    this.parts.end(trailers);
  }
}
