/** Longest single line the parser keeps, in bytes. A longer one makes it give up, never the stream beside it. */
export const MAX_SSE_LINE_BYTES = 16 * 1024 * 1024;

export interface SseEvent {
  /** The `event:` field, or `message` when there was none. */
  readonly event: string;
  /** The `data:` lines, joined by line feeds. */
  readonly data: string;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Reads server-sent events from bytes as they pass (WHATWG HTML, section 9.2.6, read 2026-11-20). However the bytes are
 * cut, the events are the same. An event without its closing blank line is not one. Comments are skipped.
 */
export class SseParser {
  /** True once a line was longer than `maxLineBytes`: nothing is parsed from there on. */
  isOverflown = false;
  readonly #onEvent: (event: SseEvent) => void;
  readonly #maxLineBytes: number;
  /** Bytes after the last complete line, in pieces so that a long line is not copied once per piece. */
  #rest: Buffer[] = [];
  #restLength = 0;
  #isFirstLine = true;
  #event = '';
  #data: string | undefined;

  constructor(onEvent: (event: SseEvent) => void, maxLineBytes = MAX_SSE_LINE_BYTES) {
    this.#onEvent = onEvent;
    this.#maxLineBytes = maxLineBytes;
  }

  push(chunk: Buffer): void {
    if (this.isOverflown) return;
    const end = this.#endOfLines(chunk);
    if (end === 0) this.#keep(chunk);
    else {
      const complete = this.#takeRest(chunk.subarray(0, end));
      if (end < chunk.length) this.#keep(chunk.subarray(end));
      this.#readLines(complete.toString('utf8'));
    }
  }

  /** The stream is over: a line end that waited for its second half counts now. */
  end(): void {
    if (this.isOverflown || this.#restLength === 0) return;
    this.#readLines(this.#takeRest(Buffer.alloc(0)).toString('utf8'));
  }

  /** Index after the last line end that is surely complete; 0 when there is none. */
  #endOfLines(chunk: Buffer): number {
    const afterFeed = chunk.lastIndexOf(LINE_FEED) + 1;
    const afterReturn = chunk.lastIndexOf(CARRIAGE_RETURN) + 1;
    // A carriage return at the very end may be the first half of CR LF.
    if (afterReturn > afterFeed && afterReturn < chunk.length) return afterReturn;
    if (afterFeed > 0) return afterFeed;
    return this.#restEndsInReturn() && chunk.length > 0 ? this.#flushReturn() : 0;
  }

  #restEndsInReturn(): boolean {
    return this.#rest.at(-1)?.at(-1) === CARRIAGE_RETURN;
  }

  /** The waiting carriage return was a line end of its own: read it, then go on with an empty rest. */
  #flushReturn(): number {
    this.#readLines(this.#takeRest(Buffer.alloc(0)).toString('utf8'));
    return 0;
  }

  #keep(bytes: Buffer): void {
    this.#rest.push(bytes);
    this.#restLength += bytes.length;
    if (this.#restLength <= this.#maxLineBytes) return;
    this.isOverflown = true;
    this.#rest = [];
  }

  #takeRest(bytes: Buffer): Buffer {
    if (this.#restLength === 0) return bytes;
    const whole = Buffer.concat([...this.#rest, bytes]);
    this.#rest = [];
    this.#restLength = 0;
    return whole;
  }

  #readLines(complete: string): void {
    const hasReturns = complete.includes('\r');
    let text = hasReturns ? complete.replaceAll(/\r\n?/g, '\n') : complete;
    if (this.#isFirstLine && text.startsWith('\uFEFF')) text = text.slice(1);
    this.#isFirstLine = false;
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      if (end === start) this.#dispatch();
      else this.#readField(text, start, end);
      start = end + 1;
    }
  }

  #readField(text: string, start: number, end: number): void {
    const value = fieldValue(text, start, end, 'data');
    if (value !== undefined)
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    else this.#event = fieldValue(text, start, end, 'event') ?? this.#event;
  }

  #dispatch(): void {
    if (this.#data !== undefined)
      this.#onEvent({ event: this.#event || 'message', data: this.#data });
    this.#data = undefined;
    this.#event = '';
  }
}

/** The value of the line `[start, end)` if it is the field `name`: one space after the colon is not part of it. */
function fieldValue(text: string, start: number, end: number, name: string): string | undefined {
  if (!text.startsWith(name, start)) return undefined;
  const colon = start + name.length;
  if (colon === end) return '';
  if (text[colon] !== ':') return undefined;
  return text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1, end);
}
