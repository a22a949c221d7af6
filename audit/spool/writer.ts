import { linkRecord, type ChainHead, type LinkedRecord } from '../chain';
import type { PreparedRecord } from '../prepare';
import type { AuditRecord } from '../record';
import { AppendFile } from './append-file';
import { segmentAt, type Segment } from './segment';
import { syncDirectory } from './state';

/** A segment is closed once its records or its content pass these many bytes. */
const SEGMENT_RECORD_BYTES = 4 * 1024 * 1024;
const SEGMENT_CONTENT_BYTES = 16 * 1024 * 1024;

export interface WriterStart {
  readonly directory: string;
  readonly head: ChainHead;
  /** The segment to go on with, and the sizes up to which it is whole. */
  readonly last?: Segment & { readonly recordsSize: number; readonly contentSize: number };
}

/** Appends linked records to the last segment. One append at a time. */
export class SegmentWriter {
  readonly #directory: string;
  #head: ChainHead;
  #segment: Segment;
  #records: AppendFile;
  #content: AppendFile;

  private constructor(
    directory: string,
    head: ChainHead,
    segment: Segment,
    records: AppendFile,
    content: AppendFile,
  ) {
    this.#directory = directory;
    this.#head = head;
    this.#segment = segment;
    this.#records = records;
    this.#content = content;
  }

  static async open({ directory, head, last }: WriterStart): Promise<SegmentWriter> {
    const segment = last ?? segmentAt(directory, head.seq + 1);
    const records = await AppendFile.open(segment.recordsPath, last?.recordsSize ?? 0);
    const content = await AppendFile.open(segment.contentPath, last?.contentSize ?? 0);
    await syncDirectory(directory);
    return new SegmentWriter(directory, head, segment, records, content);
  }

  get head(): ChainHead {
    return this.#head;
  }

  get segment(): Segment {
    return this.#segment;
  }

  /** Bytes of the current segment's records that are durable; a reader must not look beyond. */
  get durableRecordsSize(): number {
    return this.#records.size;
  }

  get durableContentSize(): number {
    return this.#content.size;
  }

  /** Links and writes a batch. Content goes first, so that no durable record lacks its content. */
  async append(batch: readonly PreparedRecord[]): Promise<readonly AuditRecord[]> {
    await this.#rotateWhenFull();
    const linked = linkAll(batch, this.#head);
    const contentSize = this.#content.size;
    const contentLines = renderContent(batch, linked);
    if (contentLines !== '') await this.#content.append(Buffer.from(contentLines));
    try {
      await this.#records.append(Buffer.from(linked.map(({ line }) => `${line}\n`).join('')));
    } catch (error) {
      await this.#content.cutTo(contentSize).catch(() => undefined);
      throw error;
    }
    const records = linked.map(({ record }) => record);
    const { chain } = records.at(-1) ?? { chain: this.#head };
    this.#head = { uid: chain.uid, seq: chain.seq, hash: chain.hash };
    return records;
  }

  async close(): Promise<void> {
    await this.#records.close();
    await this.#content.close();
  }

  async #rotateWhenFull(): Promise<void> {
    const isFull =
      this.#records.size >= SEGMENT_RECORD_BYTES || this.#content.size >= SEGMENT_CONTENT_BYTES;
    if (!isFull) return;
    const segment = segmentAt(this.#directory, this.#head.seq + 1);
    const records = await AppendFile.open(segment.recordsPath, 0);
    const content = await AppendFile.open(segment.contentPath, 0);
    await syncDirectory(this.#directory);
    await this.close();
    this.#segment = segment;
    this.#records = records;
    this.#content = content;
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

function renderContent(batch: readonly PreparedRecord[], linked: readonly LinkedRecord[]): string {
  let lines = '';
  for (const [index, { contents }] of batch.entries()) {
    if (contents.size === 0) continue;
    const seq = linked[index]?.record.chain.seq;
    lines += `${JSON.stringify({ seq, contents: textsOf(contents) })}\n`;
  }
  return lines;
}

function textsOf(contents: ReadonlyMap<string, Buffer>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from(contents, ([hash, bytes]) => [hash, bytes.toString('utf8')]),
  );
}
