import { SseParser, type SseEvent } from '../sse';
import type { RawEvent } from '../providers/wire-format';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Cuts a stream into events with the bytes they came in, so that what passes can pass unchanged. */
export class EventSplitter {
  #rest: Buffer = Buffer.alloc(0);
  /** Where the first line not yet looked at begins. */
  #lineStart = 0;
  #event: SseEvent | undefined;
  readonly #parser = new SseParser((event) => {
    this.#event = event;
  });

  /** Bytes waiting for their event to be complete. */
  get heldBytes(): number {
    return this.#rest.length;
  }

  push(chunk: Buffer): readonly RawEvent[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const events: RawEvent[] = [];
    for (let end = this.#nextBlankLine(); end !== undefined; end = this.#nextBlankLine()) {
      events.push(this.#read(this.#rest.subarray(0, end)));
      this.#rest = this.#rest.subarray(end);
      this.#lineStart = 0;
    }
    return events;
  }

  /** What came after the last blank line. Some clients take it for an event, so it is read as one. */
  end(): readonly RawEvent[] {
    if (this.#rest.length === 0) return [];
    const raw = this.#rest;
    this.#rest = Buffer.alloc(0);
    this.#parser.push(raw);
    this.#parser.push(Buffer.from('\n\n'));
    return [{ raw, ...(this.#event ?? { event: 'message', data: '' }) }];
  }

  /** Index after the next blank line. */
  #nextBlankLine(): number | undefined {
    for (;;) {
      const next = lineEnd(this.#rest, this.#lineStart);
      if (next === undefined) return undefined;
      const isBlank = next.text === this.#lineStart;
      this.#lineStart = next.after;
      if (isBlank) return next.after;
    }
  }

  #read(raw: Buffer): RawEvent {
    this.#event = undefined;
    this.#parser.push(raw);
    // A comment or an empty event: nothing to judge.
    return { raw, ...(this.#event ?? { event: 'message', data: '' }) };
  }
}

/** End of the line that begins at `from`: its text's, and after its line end. A final CR may still become CR LF. */
function lineEnd(bytes: Buffer, from: number): { text: number; after: number } | undefined {
  for (let at = from; at < bytes.length; at += 1) {
    if (bytes[at] === LINE_FEED) return { text: at, after: at + 1 };
    if (bytes[at] !== CARRIAGE_RETURN) continue;
    if (at + 1 === bytes.length) return undefined;
    return { text: at, after: bytes[at + 1] === LINE_FEED ? at + 2 : at + 1 };
  }
  return undefined;
}
