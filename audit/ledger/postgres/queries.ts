import { joinEntry, type AuditEntry, type EntryDetail } from '../../entry';
import type { Postgres, SqlRow } from '../../postgres/connection';
import {
  cursorAfter,
  pageSize,
  readCursor,
  type EntryPage,
  type EntryQuery,
  type RecordReader,
  type StoredRecord,
} from '../../query';
import type { Actor, AuditRecord, RecordKind } from '../../record';
import { fromColumn, toColumn } from './column-text';
import { CLOSE, withCloses } from '../with-closes';

/** Answers questions about a PostgreSQL ledger. */
export class PostgresReader implements RecordReader {
  readonly #postgres: Postgres;

  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  async timeline(query: EntryQuery): Promise<EntryPage> {
    const limit = pageSize(query);
    const { clauses, values } = conditions(query, await this.#workspaceIds(query));
    const page = `SELECT * FROM record o WHERE ${clauses.join(' AND ')}
      ORDER BY o.time_ms DESC, o.entry DESC LIMIT ${limit + 1}`;
    return toPage(await this.#postgres.query(withCloses(page), values), limit);
  }

  async listInterceptions(query: Omit<EntryQuery, 'kinds'>): Promise<EntryPage> {
    return this.timeline({ ...query, kinds: ['interception'] });
  }

  async find(id: string): Promise<EntryDetail | undefined> {
    return this.#find(id);
  }

  async getInterception(id: string): Promise<EntryDetail | undefined> {
    return this.#find(id, 'interception');
  }

  async records(afterEntry: number, limit: number): Promise<readonly StoredRecord[]> {
    const rows = await this.#postgres.query(
      `SELECT entry, body, received_ms, reporter FROM record JOIN chain ON chain.key = record.chain
       WHERE entry > $1 ORDER BY entry LIMIT $2`,
      [afterEntry, limit],
    );
    return rows.map((row) => {
      const reporter = readReporter(row);
      return {
        entry: Number(row['entry']),
        record: JSON.parse(row['body'] as string) as AuditRecord,
        ...(reporter === undefined ? {} : { reporter }),
        receivedAt: new Date(Number(row['received_ms'])).toISOString(),
      };
    });
  }

  async close(): Promise<void> {
    await this.#postgres.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Of two chains naming the same id, the one that came first. */
  async #find(id: string, kind?: RecordKind): Promise<EntryDetail | undefined> {
    const ofKind = kind === undefined ? '' : ' AND o.kind = $2';
    const first = `SELECT * FROM record o WHERE o.id = $1 AND o.phase <> 'close'${ofKind}
      ORDER BY o.entry LIMIT 1`;
    const values = kind === undefined ? [toColumn(id)] : [toColumn(id), kind];
    const [row] = await this.#postgres.query(withCloses(first), values);
    if (row === undefined) return undefined;
    const entry = readEntry(row);
    const texts = await this.#contentOf(id, row['chain']);
    const content = Object.entries(entry.contentHashes).map(
      ([name, hash]) => [name, texts.get(hash) ?? null] as const,
    );
    return { ...entry, content: Object.fromEntries(content) };
  }

  /** A workspace is asked for by id or by any name it had. */
  async #workspaceIds({ workspace }: EntryQuery): Promise<readonly string[] | undefined> {
    if (workspace === undefined) return undefined;
    const name = toColumn(workspace);
    const sql = 'SELECT workspace_id FROM workspace_name WHERE name = $1';
    const rows = await this.#postgres.query(sql, [name]);
    return [name, ...rows.map((row) => row['workspace_id'] as string)];
  }

  async #contentOf(id: string, chain: unknown): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#postgres.query(
      `SELECT sha256, text FROM content JOIN record USING (entry)
       WHERE id = $1 AND chain = $2 AND text IS NOT NULL`,
      [toColumn(id), chain],
    );
    return new Map(
      rows.map((row) => [row['sha256'] as string, fromColumn(row['text'] as string)] as const),
    );
  }
}

function toPage(rows: readonly SqlRow[], limit: number): EntryPage {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const entries = page.map(readEntry);
  if (rows.length <= limit || last === undefined) return { entries };
  return { entries, next: cursorAfter(Number(last['time_ms']), Number(last['entry'])) };
}

function readEntry(row: SqlRow): AuditEntry {
  const close = row['close_body'] as string | null;
  return joinEntry(
    JSON.parse(row['body'] as string) as AuditRecord,
    close === null ? undefined : (JSON.parse(close) as AuditRecord),
    readReporter(row),
  );
}

function readReporter(row: SqlRow): Actor | undefined {
  const reporter = row['reporter'] as string | null;
  return reporter === null ? undefined : (JSON.parse(reporter) as Actor);
}

interface Conditions {
  readonly clauses: string[];
  readonly values: unknown[];
}

function conditions(query: EntryQuery, workspaceIds: readonly string[] | undefined): Conditions {
  const clauses = ["o.phase <> 'close'"];
  const values: unknown[] = [];
  const given = (value: unknown) => `$${values.push(value)}`;
  const { kinds, from, to, text, before } = query;
  if (kinds !== undefined) clauses.push(`o.kind = ANY (${given(kinds)}::text[])`);
  for (const [column, value] of equalities(query))
    clauses.push(`o.${column} = ${given(toColumn(value))}`);
  if (workspaceIds !== undefined)
    clauses.push(`o.workspace_id = ANY (${given(workspaceIds)}::text[])`);
  if (from !== undefined) clauses.push(`o.time_ms >= ${given(Date.parse(from))}`);
  if (to !== undefined) clauses.push(`o.time_ms < ${given(Date.parse(to))}`);
  if (text !== undefined) clauses.push(contains(given(patternOf(text))));
  if (before !== undefined) {
    const { timeMs, entry } = readCursor(before);
    clauses.push(`(o.time_ms, o.entry) < (${given(timeMs)}::bigint, ${given(entry)}::bigint)`);
  }
  return { clauses, values };
}

function equalities(query: EntryQuery): [column: string, value: string][] {
  const { user, sessionId, client, provider, model } = query;
  const all = { '"user"': user, session_id: sessionId, client, provider, model };
  return Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
}

function patternOf(text: string): string {
  return `%${toColumn(text).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

function contains(pattern: string): string {
  return `(o.body ILIKE ${pattern} OR ${CLOSE} ILIKE ${pattern} OR EXISTS (
    SELECT 1 FROM record r JOIN content ON content.entry = r.entry
    WHERE r.id = o.id AND r.chain = o.chain AND content.text ILIKE ${pattern}))`;
}
