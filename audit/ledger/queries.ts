import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { joinEntry, type AuditEntry, type EntryDetail } from '../entry';
import {
  cursorAfter,
  pageSize,
  readCursor,
  type EntryPage,
  type EntryQuery,
  type StoredRecord,
} from '../query';
import type { Actor, AuditRecord, RecordKind } from '../record';

const CLOSE = `(SELECT c.body FROM record c WHERE c.id = o.id AND c.chain = o.chain AND c.phase = 'close'
  ORDER BY c.entry LIMIT 1)`;
const SELECT = `SELECT o.entry, o.time_ms, o.body, ${CLOSE} AS close_body, chain.reporter
  FROM record o JOIN chain ON chain.key = o.chain`;
const CONTENT_MATCHES = (body: string): string =>
  `EXISTS (SELECT 1 FROM json_each(${body}, '$.contentHashes') h JOIN content ON content.sha256 = h.value
   WHERE content.text LIKE ? ESCAPE '\\')`;

/** Reads a ledger; shared by the one that writes and by readers beside it. */
export class LedgerQueries {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  list(query: EntryQuery): EntryPage {
    const limit = pageSize(query);
    const { clauses, values } = conditions(query);
    const rows = this.#database
      .prepare(
        `${SELECT} WHERE ${clauses.join(' AND ')} ORDER BY o.time_ms DESC, o.entry DESC LIMIT ?`,
      )
      .all(...values, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const entries = page.map(readEntry);
    if (rows.length <= limit || last === undefined) return { entries };
    return { entries, next: cursorAfter(last['time_ms'] as number, last['entry'] as number) };
  }

  /** The thing with this id and its content. Of two chains naming the same id, the one that came first. */
  find(id: string, kind?: RecordKind): EntryDetail | undefined {
    const ofKind = kind === undefined ? '' : ' AND o.kind = ?';
    const row = this.#database
      .prepare(`${SELECT} WHERE o.id = ? AND o.phase <> 'close'${ofKind} ORDER BY o.entry LIMIT 1`)
      .get(id, ...(kind === undefined ? [] : [kind]));
    if (row === undefined) return undefined;
    const entry = readEntry(row);
    const content = Object.entries(entry.contentHashes).map(
      ([name, hash]) => [name, this.#contentOf(hash)] as const,
    );
    return { ...entry, content: Object.fromEntries(content) };
  }

  /** Records in the order of arrival, `limit` after `afterEntry`. */
  records(afterEntry: number, limit: number): StoredRecord[] {
    return this.#database
      .prepare(
        `SELECT entry, body, received_ms, reporter FROM record JOIN chain ON chain.key = record.chain
         WHERE entry > ? ORDER BY entry LIMIT ?`,
      )
      .all(afterEntry, limit)
      .map((row) => {
        const reporter = readReporter(row);
        return {
          entry: row['entry'] as number,
          record: JSON.parse(row['body'] as string) as AuditRecord,
          ...(reporter === undefined ? {} : { reporter }),
          receivedAt: new Date(row['received_ms'] as number).toISOString(),
        };
      });
  }

  #contentOf(hash: string): string | null {
    const row = this.#database.prepare('SELECT text FROM content WHERE sha256 = ?').get(hash);
    return (row?.['text'] ?? null) as string | null;
  }
}

function readEntry(row: Record<string, unknown>): AuditEntry {
  const close = row['close_body'] as string | null;
  return joinEntry(
    JSON.parse(row['body'] as string) as AuditRecord,
    close === null ? undefined : (JSON.parse(close) as AuditRecord),
    readReporter(row),
  );
}

function readReporter(row: Record<string, unknown>): Actor | undefined {
  return row['reporter'] === null ? undefined : (JSON.parse(row['reporter'] as string) as Actor);
}

interface Conditions {
  readonly clauses: string[];
  readonly values: SQLInputValue[];
}

function conditions(query: EntryQuery): Conditions {
  const clauses = ["o.phase <> 'close'"];
  const values: SQLInputValue[] = [];
  const add = (clause: string, ...given: SQLInputValue[]): void => {
    clauses.push(clause);
    values.push(...given);
  };
  const { kinds, workspace, from, to, text, before } = query;
  if (kinds !== undefined) add(`o.kind IN (${kinds.map(() => '?').join(', ')})`, ...kinds);
  for (const [column, value] of equalities(query)) add(`o.${column} = ?`, value);
  if (workspace !== undefined)
    add(`(o.workspace_id = ? OR o.body ->> '$.workspace.name' = ?)`, workspace, workspace);
  if (from !== undefined) add('o.time_ms >= ?', Date.parse(from));
  if (to !== undefined) add('o.time_ms < ?', Date.parse(to));
  if (text !== undefined) addText(add, text);
  if (before !== undefined) {
    const cursor = readCursor(before);
    add('(o.time_ms, o.entry) < (?, ?)', cursor.timeMs, cursor.entry);
  }
  return { clauses, values };
}

function equalities(query: EntryQuery): [column: string, value: string][] {
  const { user, sessionId, client, provider, model } = query;
  const all = { user, session_id: sessionId, client, provider, model };
  return Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
}

function addText(add: (clause: string, ...given: SQLInputValue[]) => void, text: string): void {
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const parts = [
    `o.body LIKE ? ESCAPE '\\'`,
    `${CLOSE} LIKE ? ESCAPE '\\'`,
    CONTENT_MATCHES('o.body'),
    CONTENT_MATCHES(`coalesce(${CLOSE}, '{}')`),
  ];
  add(`(${parts.join(' OR ')})`, ...parts.map(() => pattern));
}
