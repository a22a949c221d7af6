import { open, type FileHandle } from 'node:fs/promises';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
const GROUP = 0x40; // @
const CONTENT = 0x23; // #
const CONTENT_HEADER = /^#([0-9a-f]{64}) (\d{1,12})$/;
const GROUP_HEADER = /^@(\d{1,12})$/;

/** Content as it lies before its record. */
export interface ContentPart {
  readonly sha256: string;
  readonly bytes: Buffer;
}

/** What stands next in a segment. Buffers are valid until the next `fill`. */
export type Block =
  /** A commit began; `groupEnd` is where it says it ends. */
  | {
      readonly kind: 'group';
      readonly start: number;
      readonly end: number;
      readonly groupEnd: number;
    }
  | {
      readonly kind: 'record';
      /** Start of its content. */
      readonly start: number;
      readonly end: number;
      readonly line: Buffer;
      readonly contents: readonly ContentPart[];
    }
  /** A line that is none of these, or content that does not end where it says. */
  | { readonly kind: 'junk'; readonly start: number; readonly end: number };

/** Reads a segment block by block. Space that was reserved and not written yet is zeros without a line end. */
export class SegmentReader {
  readonly #file: FileHandle;
  readonly #limit: number;
  /** Of the byte after the buffer, in the file. */
  #position: number;
  #buffer: Buffer = Buffer.alloc(0);
  /** Of the next block, in the buffer. */
  #at = 0;
  #isAtEnd = false;

  private constructor(file: FileHandle, start: number, limit: number) {
    this.#file = file;
    this.#position = start;
    this.#limit = limit;
  }

  /** `limit` is the file size up to which bytes count. Undefined when the file does not exist. */
  static async open(path: string, start = 0, limit = Infinity): Promise<SegmentReader | undefined> {
    try {
      return new SegmentReader(await open(path, 'r'), start, limit);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Where the next block starts, in the file. */
  get offset(): number {
    return this.#position - this.#buffer.length + this.#at;
  }

  /** The next block, or undefined at the end. */
  async next(): Promise<Block | undefined> {
    for (;;) {
      const block = this.take();
      if (block !== undefined || this.#isAtEnd) return block;
      await this.fill();
    }
  }

  /** The next block if it has been read, without waiting. */
  take(): Block | undefined {
    const start = this.#at;
    const first = this.#buffer[start];
    const lineEnd = this.#buffer.indexOf(NEWLINE, start);
    if (lineEnd === -1) return undefined;
    if (first === 0) return this.#junk(start, lineEnd);
    if (first === GROUP) return this.#takeGroup(start, lineEnd);
    return this.#takeRecord(start, lineEnd);
  }

  /** Reads on. False at the end. Grows with the block, so that one of many megabytes costs linear time. */
  async fill(): Promise<boolean> {
    const kept = this.#buffer.subarray(this.#at);
    const wanted = Math.min(Math.max(CHUNK_BYTES, kept.length), this.#limit - this.#position);
    const buffer = Buffer.allocUnsafe(kept.length + Math.max(wanted, 0));
    kept.copy(buffer);
    const bytesRead =
      wanted <= 0
        ? 0
        : (await this.#file.read(buffer, kept.length, wanted, this.#position)).bytesRead;
    this.#position += bytesRead;
    this.#buffer = buffer.subarray(0, kept.length + bytesRead);
    this.#at = 0;
    this.#isAtEnd = bytesRead === 0;
    return !this.#isAtEnd;
  }

  /** Bytes after the last block, without reserved space: an unfinished write. Ask at the end. */
  get tornBytes(): number {
    let end = this.#buffer.length;
    while (end > this.#at && this.#buffer[end - 1] === 0) end -= 1;
    return end - this.#at;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  #takeGroup(start: number, lineEnd: number): Block {
    const length = GROUP_HEADER.exec(this.#buffer.toString('latin1', start, lineEnd))?.[1];
    if (length === undefined) return this.#junk(start, lineEnd);
    const place = this.#advance(start, lineEnd + 1);
    return { kind: 'group', ...place, groupEnd: place.end + Number(length) };
  }

  #takeRecord(start: number, firstLineEnd: number): Block | undefined {
    const contents: ContentPart[] = [];
    let at = start;
    let lineEnd = firstLineEnd;
    while (this.#buffer[at] === CONTENT) {
      const content = this.#contentAt(at, lineEnd);
      if (content === 'junk') return this.#junk(start, firstLineEnd);
      if (content === undefined) return this.#isAtEnd ? this.#junk(start, firstLineEnd) : undefined;
      contents.push(content);
      at = lineEnd + 1 + content.bytes.length + 1;
      lineEnd = this.#buffer.indexOf(NEWLINE, at);
      if (lineEnd === -1) return this.#isAtEnd ? this.#junk(start, firstLineEnd) : undefined;
    }
    const line = this.#buffer.subarray(at, lineEnd);
    return { kind: 'record', ...this.#advance(start, lineEnd + 1), line, contents };
  }

  /** Undefined when it has not been read to its end. */
  #contentAt(at: number, lineEnd: number): ContentPart | 'junk' | undefined {
    const header = CONTENT_HEADER.exec(this.#buffer.toString('latin1', at, lineEnd));
    if (header === null) return 'junk';
    const end = lineEnd + 1 + Number(header[2]);
    if (end >= this.#buffer.length) return undefined;
    if (this.#buffer[end] !== NEWLINE) return 'junk';
    return { sha256: header[1] ?? '', bytes: this.#buffer.subarray(lineEnd + 1, end) };
  }

  #junk(start: number, lineEnd: number): Block {
    return { kind: 'junk', ...this.#advance(start, lineEnd + 1) };
  }

  #advance(start: number, end: number): { readonly start: number; readonly end: number } {
    const base = this.#position - this.#buffer.length;
    this.#at = end;
    return { start: base + start, end: base + end };
  }
}
