import type { AuditEntry, EntryDetail } from './entry';
import type { Actor, AuditRecord, RecordKind } from './record';

/** Most entries one page has. */
export const MAX_PAGE = 1000;
/** Entries of a page when nothing is said. */
const DEFAULT_PAGE = 50;

/** Which entries, newest first. Absent fields do not restrict. */
export interface EntryQuery {
  readonly kinds?: readonly RecordKind[];
  readonly user?: string;
  /** Workspace id or name. */
  readonly workspace?: string;
  readonly sessionId?: string;
  readonly client?: string;
  readonly provider?: string;
  readonly model?: string;
  /** RFC 3339; entries that began then or later. */
  readonly from?: string;
  /** RFC 3339; entries that began before. */
  readonly to?: string;
  /** Found in the facts or in the content, ASCII letters of either case. */
  readonly text?: string;
  /** @default 50, at most 1000 */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly before?: string;
}

export interface EntryPage {
  readonly entries: readonly AuditEntry[];
  /** Cursor of the following page; absent on the last one. */
  readonly next?: string;
}

/** A record as it lies in the ledger, for exports. */
export interface StoredRecord {
  /** Counts from 1 in the order of arrival. */
  readonly entry: number;
  readonly record: AuditRecord;
  readonly reporter?: Actor;
  /** RFC 3339: when the ledger made it durable. */
  readonly receivedAt: string;
}

/** What can be asked of a store of records: a ledger, or a spool directory. */
export interface RecordReader {
  /** Entries of any kind, newest first. */
  timeline(query: EntryQuery): Promise<EntryPage>;
  /** `timeline` of model requests. */
  listInterceptions(query: Omit<EntryQuery, 'kinds'>): Promise<EntryPage>;
  /** One thing of any kind with its content. */
  find(id: string): Promise<EntryDetail | undefined>;
  /** One model request with its content. */
  getInterception(id: string): Promise<EntryDetail | undefined>;
  /** Raw records in the order of arrival: up to `limit` after entry number `afterEntry` (0 for all). */
  records(afterEntry: number, limit: number): Promise<readonly StoredRecord[]>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function pageSize({ limit }: EntryQuery): number {
  return Math.min(Math.max(Math.trunc(limit ?? DEFAULT_PAGE), 1), MAX_PAGE);
}

/** Names the last entry of a page, so that the next one starts after it whatever was added meanwhile. */
export function cursorAfter(timeMs: number, entry: number): string {
  return `${timeMs}.${entry}`;
}

/** What `cursorAfter` wrote. Anything else is before everything. */
export function readCursor(cursor: string): { readonly timeMs: number; readonly entry: number } {
  const [timeMs, entry] = cursor.split('.').map(Number);
  return { timeMs: timeMs || 0, entry: entry || 0 };
}
