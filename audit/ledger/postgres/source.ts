import type { Postgres, SqlRow } from '../../postgres/connection';
import type { Checkpoint } from '../checkpoints';
import { COLUMN_NAMES } from '../columns';
import type { ChainRow, ContentRow, LedgerSource, RecordRow } from '../source';
import { fromColumn, toColumn } from './column-text';

/** Reads a PostgreSQL ledger as it lies there, also while servers write: in one snapshot a statement. */
export class PostgresSource implements LedgerSource {
  readonly #postgres: Postgres;

  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  /** PostgreSQL tells of damage when it meets it. */
  async isIntact(): Promise<boolean> {
    return true;
  }

  async chains(): Promise<readonly ChainRow[]> {
    const rows = await this.#postgres.query('SELECT * FROM chain');
    return rows.map((row) => ({
      key: row['key'],
      uid: row['uid'],
      reporter: row['reporter'],
      start_seq: Number(row['start_seq']),
      start_prev: row['start_prev'],
      head_seq: Number(row['head_seq']),
      head_hash: row['head_hash'],
    }));
  }

  async checkpoints(): Promise<readonly Pick<Checkpoint, 'size' | 'note'>[]> {
    const rows = await this.#postgres.query('SELECT size, note FROM checkpoint ORDER BY size');
    return rows.map((row) => ({ size: Number(row['size']), note: row['note'] as string }));
  }

  async size(): Promise<number> {
    const [row] = await this.#postgres.query('SELECT size FROM ledger');
    return Number(row?.['size']);
  }

  async readRows(after: number, count: number): Promise<readonly RecordRow[]> {
    const sql = 'SELECT * FROM record WHERE entry > $1 ORDER BY entry LIMIT $2';
    return (await this.#postgres.query(sql, [after, count])).map(readRow);
  }

  async readContents(entry: number): Promise<readonly ContentRow[]> {
    const sql = 'SELECT sha256, text, absence FROM content WHERE entry = $1';
    return (await this.#postgres.query(sql, [entry])).map((row) => {
      const text = row['text'] as string | null;
      return {
        sha256: row['sha256'],
        text: text === null ? null : Buffer.from(fromColumn(text)),
        absence: row['absence'],
      };
    });
  }

  async findRows(id: string, size: number): Promise<readonly RecordRow[]> {
    const sql = 'SELECT * FROM record WHERE id = $1 AND entry <= $2 ORDER BY entry';
    return (await this.#postgres.query(sql, [toColumn(id), size])).map(readRow);
  }

  async readLeaves(after: number, count: number): Promise<readonly Uint8Array[]> {
    const sql = 'SELECT leaf FROM record WHERE entry > $1 ORDER BY entry LIMIT $2';
    const rows = await this.#postgres.query(sql, [after, count]);
    return rows.map((row) => row['leaf'] as Uint8Array);
  }

  async close(): Promise<void> {
    await this.#postgres.close();
  }
}

/** Numbers come as text, for they may be larger than JavaScript's. */
const NUMBERS: ReadonlySet<string> = new Set(['seq', 'time_ms']);

function readRow(row: SqlRow): RecordRow {
  const columns = COLUMN_NAMES.map((name) => [
    name,
    NUMBERS.has(name) ? Number(row[name]) : plain(row[name]),
  ]);
  return {
    ...(Object.fromEntries(columns) as Record<string, unknown>),
    entry: Number(row['entry']),
    chain: row['chain'],
    received_ms: Number(row['received_ms']),
    leaf: row['leaf'] as Uint8Array,
    body: row['body'],
  };
}

function plain(value: unknown): unknown {
  return typeof value === 'string' ? fromColumn(value) : value;
}
