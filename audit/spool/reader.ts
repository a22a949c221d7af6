import { joinEntry, type AuditEntry, type EntryDetail } from '../entry';
import {
  cursorAfter,
  pageSize,
  readCursor,
  type EntryPage,
  type EntryQuery,
  type RecordReader,
  type StoredRecord,
} from '../query';
import type { AuditRecord } from '../record';
import { readSpool, readSpoolContents } from './read';

/** Reads a spool directory, also beside its writer. Each question reads the files anew. */
export function openSpoolReader(directory: string): RecordReader {
  return new SpoolReader(directory);
}

/** An entry and what orders it. */
interface Placed {
  readonly entry: AuditEntry;
  /** What it began with: filters mean this, as in the ledger. */
  readonly begun: AuditRecord;
  readonly timeMs: number;
  /** Sequence number of its first record plus one, as `entry` counts from one. */
  readonly number: number;
}

class SpoolReader implements RecordReader {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async timeline(query: EntryQuery): Promise<EntryPage> {
    const placed = (await this.#entries()).filter(({ begun }) => matchesFacts(begun, query));
    const found = await this.#withText(
      placed.filter((one) => isBefore(one, query.before)),
      query,
    );
    const sorted = found.sort((a, b) => b.timeMs - a.timeMs || b.number - a.number);
    const page = sorted.slice(0, pageSize(query));
    const last = page.at(-1);
    const entries = page.map(({ entry }) => entry);
    if (sorted.length === page.length || last === undefined) return { entries };
    return { entries, next: cursorAfter(last.timeMs, last.number) };
  }

  async listInterceptions(query: Omit<EntryQuery, 'kinds'>): Promise<EntryPage> {
    return this.timeline({ ...query, kinds: ['interception'] });
  }

  async find(id: string): Promise<EntryDetail | undefined> {
    const entry = (await this.#entries()).find((placed) => placed.entry.id === id)?.entry;
    if (entry === undefined) return undefined;
    const names = Object.entries(entry.contentHashes);
    const texts = await readSpoolContents(this.#directory, new Set(names.map(([, hash]) => hash)));
    const content = names.map(([name, hash]) => [name, texts.get(hash) ?? null] as const);
    return { ...entry, content: Object.fromEntries(content) };
  }

  async getInterception(id: string): Promise<EntryDetail | undefined> {
    const found = await this.find(id);
    return found?.kind === 'interception' ? found : undefined;
  }

  async records(afterEntry: number, limit: number): Promise<readonly StoredRecord[]> {
    const found: StoredRecord[] = [];
    for await (const { record } of readSpool(this.#directory)) {
      const entry = record.chain.seq + 1;
      if (entry > afterEntry) found.push({ entry, record, receivedAt: record.time });
      if (found.length === limit) break;
    }
    return found;
  }

  async close(): Promise<void> {
    // Nothing stays open between questions.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #entries(): Promise<Placed[]> {
    const firsts: AuditRecord[] = [];
    const closes = new Map<string, AuditRecord>();
    for await (const { record } of readSpool(this.#directory)) {
      if (record.phase !== 'close') firsts.push(record);
      else if (!closes.has(record.id)) closes.set(record.id, record);
    }
    return firsts.map((first) => ({
      entry: joinEntry(first, closes.get(first.id), undefined),
      begun: first,
      timeMs: Date.parse(first.time),
      number: first.chain.seq + 1,
    }));
  }

  async #withText(placed: Placed[], { text }: EntryQuery): Promise<Placed[]> {
    if (text === undefined) return placed;
    const wanted = new Set(placed.flatMap(({ entry }) => Object.values(entry.contentHashes)));
    const contents = await readSpoolContents(this.#directory, wanted);
    const needle = text.toLowerCase();
    return placed.filter(({ entry }) =>
      [
        JSON.stringify(entry),
        ...Object.values(entry.contentHashes).map((hash) => contents.get(hash)),
      ].some((candidate) => candidate?.toLowerCase().includes(needle)),
    );
  }
}

function isBefore({ timeMs, number }: Placed, before: string | undefined): boolean {
  if (before === undefined) return true;
  const cursor = readCursor(before);
  return timeMs < cursor.timeMs || (timeMs === cursor.timeMs && number < cursor.entry);
}

function matchesFacts(entry: AuditRecord, query: EntryQuery): boolean {
  const { kinds, workspace, from, to } = query;
  const timeMs = Date.parse(entry.time);
  return (
    (kinds === undefined || kinds.includes(entry.kind)) &&
    (workspace === undefined ||
      entry.workspace?.id === workspace ||
      entry.workspace?.name === workspace) &&
    (from === undefined || timeMs >= Date.parse(from)) &&
    (to === undefined || timeMs < Date.parse(to)) &&
    isEqualWhereAsked(entry, query)
  );
}

function isEqualWhereAsked(entry: AuditRecord, query: EntryQuery): boolean {
  const pairs: [asked: string | undefined, found: unknown][] = [
    [query.user, entry.actor?.user],
    [query.sessionId, entry.sessionId],
    [query.client, entry.client],
    [query.provider, entry.data['provider']],
    [query.model, entry.data['model']],
  ];
  return pairs.every(([asked, found]) => asked === undefined || asked === found);
}
