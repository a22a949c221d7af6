import { open, type FileHandle } from 'node:fs/promises';

/** A file that only grows, durably, by whole appends. */
export class AppendFile {
  readonly #file: FileHandle;
  #size: number;
  /** Bytes beyond `size` may be on disk: what a failed append left. */
  #isDirty = false;

  private constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Opens or creates `path` (0600) and cuts it to `size`. */
  static async open(path: string, size: number): Promise<AppendFile> {
    const file = await open(path, 'a+', 0o600);
    await file.close();
    const appendFile = new AppendFile(await open(path, 'r+'), size);
    await appendFile.cutTo(size);
    return appendFile;
  }

  get size(): number {
    return this.#size;
  }

  /** Resolves once the bytes survive a crash. On failure the file is as before, at the latest before the next append. */
  async append(bytes: Buffer): Promise<void> {
    if (this.#isDirty) await this.cutTo(this.#size);
    this.#isDirty = true;
    try {
      await this.#write(bytes);
      await this.#file.datasync();
    } catch (error) {
      await this.cutTo(this.#size).catch(() => undefined);
      throw error;
    }
    this.#isDirty = false;
    this.#size += bytes.length;
  }

  /** Drops everything from `size` on. */
  async cutTo(size: number): Promise<void> {
    this.#isDirty = true;
    this.#size = size;
    await this.#file.truncate(size);
    this.#isDirty = false;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** A nearly full disk takes part of a write and says so only by the count. */
  async #write(bytes: Buffer): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#file.write(
        bytes,
        done,
        bytes.length - done,
        this.#size + done,
      );
      done += bytesWritten;
    }
  }
}
