const LINE_FEED = 0x0a;

/** Cuts output into lines. A line over the limit is told once and everything after it is dropped. */
export class LineReader {
  isOverflown = false;
  readonly #maxBytes: number;
  readonly #onLine: (line: Buffer) => void;
  #rest: Buffer[] = [];
  #restLength = 0;

  constructor(maxBytes: number, onLine: (line: Buffer) => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      this.#keep(chunk.subarray(start, end));
      if (this.isOverflown) return;
      this.#onLine(this.#take());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(bytes: Buffer): void {
    if (this.isOverflown) return;
    this.#restLength += bytes.length;
    if (bytes.length > 0) this.#rest.push(bytes);
    if (this.#restLength <= this.#maxBytes) return;
    this.isOverflown = true;
    this.#rest = [];
  }

  #take(): Buffer {
    const line = this.#rest.length === 1 ? this.#rest[0] : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restLength = 0;
    return line ?? Buffer.alloc(0);
  }
}
