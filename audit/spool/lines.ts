import { isUtf8 } from 'node:buffer';
import { open, type FileHandle } from 'node:fs/promises';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** One line of a file and where the next one starts. */
export interface Line {
  readonly text: string;
  /** False when decoding replaced bytes, so that `text` is not what is written there. */
  readonly isUtf8: boolean;
  readonly end: number;
}

/** Reads a file line by line from an offset. The rest without a newline is no line: see `tail`. */
export class LineReader {
  readonly #file: FileHandle;
  readonly #limit: number;
  #position: number;
  #start: number;
  #buffer = Buffer.alloc(0);

  private constructor(file: FileHandle, start: number, limit: number) {
    this.#file = file;
    this.#start = start;
    this.#position = start;
    this.#limit = limit;
  }

  /** `limit` is the file size up to which bytes count. Undefined when the file does not exist. */
  static async open(path: string, start = 0, limit = Infinity): Promise<LineReader | undefined> {
    try {
      return new LineReader(await open(path, 'r'), start, limit);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Where the next line starts. */
  get offset(): number {
    return this.#start;
  }

  /** The next whole line, or undefined at the end. */
  async next(): Promise<Line | undefined> {
    let searched = 0;
    for (;;) {
      const at = this.#buffer.indexOf(NEWLINE, searched);
      if (at !== -1) return this.#take(at);
      searched = this.#buffer.length;
      if (!(await this.#fill())) return undefined;
    }
  }

  /** Bytes after the last newline: an unfinished write. Ask once `next` returned undefined. */
  get tail(): Buffer {
    return this.#buffer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  #take(at: number): Line {
    const bytes = this.#buffer.subarray(0, at);
    this.#buffer = this.#buffer.subarray(at + 1);
    this.#start += at + 1;
    return { text: bytes.toString('utf8'), isUtf8: isUtf8(bytes), end: this.#start };
  }

  /** Grows with the line, so that a line of many megabytes costs linear time. */
  async #fill(): Promise<boolean> {
    const wanted = Math.min(
      Math.max(CHUNK_BYTES, this.#buffer.length),
      this.#limit - this.#position,
    );
    if (wanted <= 0) return false;
    const chunk = Buffer.allocUnsafe(wanted);
    const { bytesRead } = await this.#file.read(chunk, 0, wanted, this.#position);
    if (bytesRead === 0) return false;
    this.#position += bytesRead;
    this.#buffer = Buffer.concat([this.#buffer, chunk.subarray(0, bytesRead)]);
    return true;
  }
}
