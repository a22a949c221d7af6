import { crc32 } from 'node:zlib';
import { nameOfEvent, readHeaders } from './headers';
import type { RawEvent } from '../providers/wire-format';

/** Longest message the parser keeps: AWS's own limit. A longer one makes it give up, never the stream beside it. */
export const MAX_EVENT_STREAM_MESSAGE_BYTES = 24 * 1024 * 1024;

/** Total length, header length, checksum of both. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;

/**
 * Reads `application/vnd.amazon.eventstream` as it passes (Smithy, Amazon Event Stream specification, read 2026-11-28).
 * However the bytes are cut, the messages are the same. Throws for bytes that are no such stream; the checksum of the
 * prelude is checked, which says where a message ends, the message's own is the client's business.
 */
export class EventStreamParser {
  /** True once a message was longer than `maxMessageBytes`: nothing is parsed from there on. */
  isOverflown = false;
  readonly #onMessage: (message: RawEvent) => void;
  readonly #maxMessageBytes: number;
  #rest: Buffer[] = [];
  #restLength = 0;
  /** Bytes there must be before anything more can be read. */
  #needed = PRELUDE_BYTES;

  constructor(
    onMessage: (message: RawEvent) => void,
    maxMessageBytes = MAX_EVENT_STREAM_MESSAGE_BYTES,
  ) {
    this.#onMessage = onMessage;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Bytes of a message that is not complete. */
  get heldBytes(): number {
    return this.#restLength;
  }

  push(chunk: Buffer): void {
    if (this.isOverflown || chunk.length === 0) return;
    this.#rest.push(chunk);
    this.#restLength += chunk.length;
    if (this.#restLength < this.#needed) return;
    const whole = this.#rest.length === 1 ? chunk : Buffer.concat(this.#rest);
    const read = this.#readMessages(whole);
    this.#rest = read < whole.length && !this.isOverflown ? [whole.subarray(read)] : [];
    this.#restLength = this.isOverflown ? 0 : whole.length - read;
  }

  /** The stream is over. A message that is not complete is none. */
  end(): void {
    this.#rest = [];
    this.#restLength = 0;
  }

  /** Reads every complete message; how many bytes they were. */
  #readMessages(whole: Buffer): number {
    let at = 0;
    for (;;) {
      this.#needed = PRELUDE_BYTES;
      if (whole.length - at < PRELUDE_BYTES) return at;
      const total = this.#totalLength(whole.subarray(at, at + PRELUDE_BYTES));
      if (this.isOverflown) return at;
      this.#needed = total;
      if (whole.length - at < total) return at;
      this.#onMessage(readMessage(whole.subarray(at, at + total)));
      at += total;
    }
  }

  #totalLength(prelude: Buffer): number {
    const total = prelude.readUInt32BE(0);
    if (crc32(prelude.subarray(0, 8)) !== prelude.readUInt32BE(8))
      throw new Error('prelude checksum');
    if (total < PRELUDE_BYTES + prelude.readUInt32BE(4) + CHECKSUM_BYTES)
      throw new Error('lengths');
    this.isOverflown = total > this.#maxMessageBytes;
    return total;
  }
}

function readMessage(raw: Buffer): RawEvent {
  const payloadAt = PRELUDE_BYTES + raw.readUInt32BE(4);
  const headers = readHeaders(raw.subarray(PRELUDE_BYTES, payloadAt));
  const data = raw.toString('utf8', payloadAt, raw.length - CHECKSUM_BYTES);
  return { raw, event: nameOfEvent(headers), data };
}
