import type { DatabaseSync } from 'node:sqlite';
import type { Checkpoint } from '../checkpoints';
import type { ChainRow, ContentRow, LedgerSource, RecordRow } from '../source';
import { openDatabase } from './database';

/** Reads a SQLite ledger as it lies there, also while a server writes. */
export class SqliteSource implements LedgerSource {
  readonly #database: DatabaseSync;

  /** @throws AigovError LEDGER_UNAVAILABLE, LEDGER_VERSION_UNKNOWN */
  constructor(path: string) {
    this.#database = openDatabase(path, 'read');
    // Everything is read as it was at one moment, whatever is written meanwhile.
    this.#database.exec('BEGIN');
  }

  /** Pages, and that indexes say what tables say. */
  async isIntact(): Promise<boolean> {
    const [row] = this.#all<{ integrity_check: unknown }>('PRAGMA integrity_check(1)');
    return row?.integrity_check === 'ok';
  }

  async chains(): Promise<readonly ChainRow[]> {
    return this.#all('SELECT * FROM chain');
  }

  async checkpoints(): Promise<readonly Pick<Checkpoint, 'size' | 'note'>[]> {
    return this.#all('SELECT size, note FROM checkpoint ORDER BY size');
  }

  async size(): Promise<number> {
    return Number(this.#all<{ size: unknown }>('SELECT size FROM ledger')[0]?.size);
  }

  async readRows(after: number, count: number): Promise<readonly RecordRow[]> {
    return this.#all('SELECT * FROM record WHERE entry > ? ORDER BY entry LIMIT ?', after, count);
  }

  async readContents(entry: number): Promise<readonly ContentRow[]> {
    return this.#all('SELECT sha256, text, absence FROM content WHERE entry = ?', entry);
  }

  async findRows(id: string, size: number): Promise<readonly RecordRow[]> {
    const sql = 'SELECT * FROM record WHERE id = ? AND entry <= ? ORDER BY entry';
    return this.#all(sql, id, size);
  }

  async readLeaves(after: number, count: number): Promise<readonly Uint8Array[]> {
    const sql = 'SELECT leaf FROM record WHERE entry > ? ORDER BY entry LIMIT ?';
    return this.#all<{ leaf: Uint8Array }>(sql, after, count).map(({ leaf }) => leaf);
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #all<Row>(sql: string, ...values: (string | number)[]): Row[] {
    return this.#database.prepare(sql).all(...values) as unknown as Row[];
  }
}
