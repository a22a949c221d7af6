import { decodeBody } from '../body';
import { framingOf, type Framing } from '../framing';
import { rawHeader, type RawHeaders } from '../headers';
import { asObject, parseJson } from '../providers/read-json';
import type { JudgeCall, StreamGuard, WireFormat } from '../providers/wire-format';
import { EventSplitter } from './event-splitter';
import { MessageSplitter } from './message-splitter';

/** Most bytes of one answer the guard holds back at once. Beyond it the answer is cut: what cannot be judged does not pass. */
export const MAX_HELD_BYTES = 16 * 1024 * 1024;

/** Stands between an answer and the client. Throws to cut the answer. */
export interface AnswerFilter {
  /** The head as the client gets it. */
  readonly headers: readonly string[];
  push(chunk: Buffer): Buffer | undefined;
  /** The answer is over, properly. */
  end(): Buffer | undefined;
}

/** The filter for an answer with this head. */
export function createAnswerFilter(
  format: WireFormat,
  headers: RawHeaders,
  judge: JudgeCall,
): AnswerFilter {
  const encoding = rawHeader(headers, 'content-encoding');
  const framing = framingOf(headers);
  const kept = withoutBodyHeaders(headers);
  if (framing !== undefined && encoding === undefined)
    return new StreamFilter(format.createStreamGuard(judge), framing, kept);
  return new WholeFilter(format, judge, { encoding, framing, headers: kept });
}

/** Length, encoding and digests describe a body that may change. */
const BODY_HEADERS: ReadonlySet<string> = new Set([
  'content-length',
  'content-encoding',
  'content-digest',
  'etag',
]);

function withoutBodyHeaders(headers: RawHeaders): readonly string[] {
  return headers.filter((_, i) => !BODY_HEADERS.has((headers[i - (i % 2)] ?? '').toLowerCase()));
}

class StreamFilter implements AnswerFilter {
  readonly headers: readonly string[];
  readonly #guard: StreamGuard;
  readonly #splitter: EventSplitter | MessageSplitter;
  #inBytes = 0;
  #outBytes = 0;

  constructor(guard: StreamGuard, framing: Framing, headers: readonly string[]) {
    this.#guard = guard;
    this.#splitter = framing === 'sse' ? new EventSplitter() : new MessageSplitter();
    this.headers = headers;
  }

  push(chunk: Buffer): Buffer | undefined {
    this.#inBytes += chunk.length;
    const passed = this.#splitter.push(chunk).flatMap((event) => this.#guard.push(event));
    return this.#send(passed);
  }

  end(): Buffer | undefined {
    const last = this.#splitter.end().flatMap((event) => this.#guard.push(event));
    return this.#send([...last, ...this.#guard.end()]);
  }

  #send(pieces: readonly Buffer[]): Buffer | undefined {
    if (pieces.length === 0) {
      if (this.#inBytes - this.#outBytes > MAX_HELD_BYTES) throw tooLarge();
      return undefined;
    }
    this.#outBytes = this.#inBytes - this.#splitter.heldBytes;
    return Buffer.concat(pieces);
  }
}

interface WholeOptions {
  readonly encoding: string | undefined;
  /** Undefined: JSON. */
  readonly framing: Framing | undefined;
  readonly headers: readonly string[];
}

/** JSON, and anything compressed: judged when it is all there. */
class WholeFilter implements AnswerFilter {
  readonly headers: readonly string[];
  readonly #format: WireFormat;
  readonly #judge: JudgeCall;
  readonly #options: WholeOptions;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(format: WireFormat, judge: JudgeCall, options: WholeOptions) {
    this.#format = format;
    this.#judge = judge;
    this.#options = options;
    this.headers = options.headers;
  }

  push(chunk: Buffer): undefined {
    this.#length += chunk.length;
    if (this.#length > MAX_HELD_BYTES) throw tooLarge();
    this.#chunks.push(chunk);
  }

  end(): Buffer | undefined {
    const { encoding, framing } = this.#options;
    const bytes = decodeBody(Buffer.concat(this.#chunks), encoding, MAX_HELD_BYTES);
    if (bytes === undefined) throw new Error(`answer in encoding ${encoding} cannot be judged`);
    return framing === undefined ? this.#guardJson(bytes) : this.#guardStream(bytes, framing);
  }

  #guardStream(bytes: Buffer, framing: Framing): Buffer {
    const filter = new StreamFilter(this.#format.createStreamGuard(this.#judge), framing, []);
    return Buffer.concat([filter.push(bytes), filter.end()].filter((piece) => piece !== undefined));
  }

  #guardJson(bytes: Buffer): Buffer {
    const value = parseJson(bytes.toString('utf8'));
    if (Array.isArray(value))
      return Buffer.from(JSON.stringify(value.map((piece) => this.#guard(piece) ?? piece)));
    const guarded = this.#guard(value);
    return guarded === undefined ? bytes : Buffer.from(JSON.stringify(guarded));
  }

  #guard(value: unknown): object | undefined {
    const body = asObject(value);
    return body && this.#format.guardResponse(body, this.#judge);
  }
}

function tooLarge(): Error {
  return new Error(`more than ${MAX_HELD_BYTES} bytes held back to be judged`);
}
