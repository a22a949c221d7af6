import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { joinEntry, type AuditEntry, type EntryDetail } from '../../entry';
import {
  cursorAfter,
  pageSize,
  readCursor,
  type EntryPage,
  type EntryQuery,
  type StoredRecord,
} from '../../query';
import type { Actor, AuditRecord, RecordKind } from '../../record';
import { CLOSE, withCloses } from '../with-closes';

const CONTENT_MATCHES = `EXISTS (SELECT 1 FROM record r JOIN content ON content.entry = r.entry
  WHERE r.id = o.id AND r.chain = o.chain AND CAST(content.text AS TEXT) LIKE ? ESCAPE '\\')`;

/** Reads a ledger; shared by the one that writes and by readers beside it. */
export class LedgerQueries {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  list(query: EntryQuery): EntryPage {
    const limit = pageSize(query);
    const { clauses, values } = conditions(query, this.#workspaceIds(query));
    const page = `SELECT * FROM record o WHERE ${clauses.join(' AND ')}
      ORDER BY o.time_ms DESC, o.entry DESC LIMIT ?`;
    const rows = this.#database.prepare(withCloses(page)).all(...values, limit + 1);
    return toPage(rows, limit);
  }

  /** The thing with this id and its content. Of two chains naming the same id, the one that came first. */
  find(id: string, kind?: RecordKind): EntryDetail | undefined {
    const ofKind = kind === undefined ? '' : ' AND o.kind = ?';
    const first = `SELECT * FROM record o WHERE o.id = ? AND o.phase <> 'close'${ofKind}
      ORDER BY o.entry LIMIT 1`;
    const row = this.#database
      .prepare(withCloses(first))
      .get(id, ...(kind === undefined ? [] : [kind]));
    if (row === undefined) return undefined;
    const entry = readEntry(row);
    const texts = this.#contentOf(id, row['chain'] as number);
    const content = Object.entries(entry.contentHashes).map(
      ([name, hash]) => [name, texts.get(hash) ?? null] as const,
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

  /** A workspace is asked for by id or by any name it had. */
  #workspaceIds({ workspace }: EntryQuery): readonly string[] | undefined {
    if (workspace === undefined) return undefined;
    const named = this.#database
      .prepare('SELECT workspace_id FROM workspace_name WHERE name = ?')
      .all(workspace);
    return [workspace, ...named.map((row) => row['workspace_id'] as string)];
  }

  /** Texts of one thing by their hash. */
  #contentOf(id: string, chain: number): ReadonlyMap<string, string> {
    const rows = this.#database
      .prepare(
        `SELECT sha256, CAST(text AS TEXT) AS text FROM content JOIN record USING (entry)
         WHERE id = ? AND chain = ? AND text IS NOT NULL`,
      )
      .all(id, chain);
    return new Map(rows.map(({ sha256, text }) => [sha256 as string, text as string]));
  }
}

function toPage(rows: readonly Record<string, unknown>[], limit: number): EntryPage {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const entries = page.map(readEntry);
  if (rows.length <= limit || last === undefined) return { entries };
  return { entries, next: cursorAfter(last['time_ms'] as number, last['entry'] as number) };
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

type Add = (clause: string, ...given: SQLInputValue[]) => void;

function conditions(query: EntryQuery, workspaceIds: readonly string[] | undefined): Conditions {
  const clauses = ["o.phase <> 'close'"];
  const values: SQLInputValue[] = [];
  const add: Add = (clause, ...given) => {
    clauses.push(clause);
    values.push(...given);
  };
  const { kinds, from, to, text, before } = query;
  if (kinds !== undefined) addKinds(add, kinds);
  for (const [column, value] of equalities(query)) add(`o.${column} = ?`, value);
  if (workspaceIds !== undefined) {
    add(`o.workspace_id IN (${workspaceIds.map(() => '?').join(', ')})`, ...workspaceIds);
  }
  if (from !== undefined) add('o.time_ms >= ?', Date.parse(from));
  if (to !== undefined) add('o.time_ms < ?', Date.parse(to));
  if (text !== undefined) addText(add, text);
  if (before !== undefined) {
    const cursor = readCursor(before);
    add('(o.time_ms, o.entry) < (?, ?)', cursor.timeMs, cursor.entry);
  }
  return { clauses, values };
}

/** Several kinds go through the index by time (the plus forbids the one by kind): no sorting of all there is. */
function addKinds(add: Add, kinds: readonly RecordKind[]): void {
  const column = kinds.length === 1 ? 'o.kind' : '+o.kind';
  add(`${column} IN (${kinds.map(() => '?').join(', ')})`, ...kinds);
}

function equalities(query: EntryQuery): [column: string, value: string][] {
  const { user, sessionId, client, provider, model } = query;
  const all = { user, session_id: sessionId, client, provider, model };
  return Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
}

function addText(add: Add, text: string): void {
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const parts = [`o.body LIKE ? ESCAPE '\\'`, `${CLOSE} LIKE ? ESCAPE '\\'`, CONTENT_MATCHES];
  add(`(${parts.join(' OR ')})`, ...parts.map(() => pattern));
}
