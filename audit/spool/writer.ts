import { linkRecord, type ChainHead, type LinkedRecord } from '../chain';
import type { PreparedRecord } from '../prepare';
import type { AuditRecord } from '../record';
import { AppendFile } from './append-file';
import { segmentAt, type Segment } from './segment';
import { syncDirectory } from './state';

/** A segment is closed once it passes these many bytes. */
const SEGMENT_BYTES = 4 * 1024 * 1024;

export interface WriterStart {
  readonly directory: string;
  readonly head: ChainHead;
  /** The segment to go on with, and the size up to which it is whole. */
  readonly last?: Segment & { readonly size: number };
}

/** Up to where a spool is durable: a reader must not look beyond. */
export interface DurableEnd {
  /** Of the last record. */
  readonly seq: number;
  readonly segment: Segment;
  /** Bytes of that segment. */
  readonly size: number;
}

/** Appends linked records to the last segment. One append at a time. */
export class SegmentWriter {
  readonly #directory: string;
  #head: ChainHead;
  #segment: Segment;
  #file: AppendFile;

  private constructor(directory: string, head: ChainHead, segment: Segment, file: AppendFile) {
    this.#directory = directory;
    this.#head = head;
    this.#segment = segment;
    this.#file = file;
  }

  static async open({ directory, head, last }: WriterStart): Promise<SegmentWriter> {
    const segment = last ?? segmentAt(directory, head.seq + 1);
    const file = new AppendFile(segment.path, last?.size ?? 0);
    await syncDirectory(directory);
    return new SegmentWriter(directory, head, segment, file);
  }

  get head(): ChainHead {
    return this.#head;
  }

  get durable(): DurableEnd {
    return { seq: this.#head.seq, segment: this.#segment, size: this.#file.size };
  }

  /** Links and writes a batch as one group: one write, one wait for the disk. */
  async append(batch: readonly PreparedRecord[]): Promise<readonly AuditRecord[]> {
    if (this.#file.size >= SEGMENT_BYTES) await this.#rotate();
    const linked = linkAll(batch, this.#head);
    const { parts, length } = renderGroup(batch, linked);
    await this.#file.append(parts, length);
    const records = linked.map(({ record }) => record);
    const { chain } = records.at(-1) ?? { chain: this.#head };
    this.#head = { uid: chain.uid, seq: chain.seq, hash: chain.hash };
    return records;
  }

  close(): void {
    this.#file.close();
  }

  async #rotate(): Promise<void> {
    const segment = segmentAt(this.#directory, this.#head.seq + 1);
    const file = new AppendFile(segment.path, 0);
    await syncDirectory(this.#directory);
    this.close();
    this.#segment = segment;
    this.#file = file;
  }
}

function linkAll(batch: readonly PreparedRecord[], head: ChainHead): LinkedRecord[] {
  let last = head;
  return batch.map((prepared) => {
    const linked = linkRecord(prepared, last);
    last = linked.record.chain;
    return linked;
  });
}

/** Content no longer than this is copied beside the records; longer content is written from where it lies. */
const COPIED_CONTENT_BYTES = 4096;

function renderGroup(
  batch: readonly PreparedRecord[],
  linked: readonly LinkedRecord[],
): { readonly parts: readonly Buffer[]; readonly length: number } {
  const parts: Buffer[] = [];
  let text = '';
  for (const [index, { contents }] of batch.entries()) {
    for (const [sha256, bytes] of contents) {
      text += `#${sha256} ${bytes.length}\n`;
      if (bytes.length <= COPIED_CONTENT_BYTES) text += bytes.toString('utf8');
      else {
        parts.push(Buffer.from(text), bytes);
        text = '';
      }
      text += '\n';
    }
    text += `${linked[index]?.line}\n`;
  }
  parts.push(Buffer.from(text));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const header = Buffer.from(`@${length}\n`);
  return { parts: [header, ...parts], length: header.length + length };
}
