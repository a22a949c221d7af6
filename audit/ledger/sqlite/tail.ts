import type { DatabaseSync } from 'node:sqlite';
import type { AuditRecord } from '../../record';
import { readSpool, type ReadRecord } from '../../spool/read';
import { COLUMN_NAMES, columnsOf } from '../columns';

/**
 * Lets a reader beside a running (or dead) server see what is in its log and not in the database yet: tables of the same
 * names in the connection's own memory, which SQLite looks at first.
 */
export class LogTail {
  readonly #database: DatabaseSync;
  readonly #directory: string;

  constructor(database: DatabaseSync, directory: string) {
    this.#database = database;
    this.#directory = directory;
    database.exec(`PRAGMA temp_store = MEMORY;
      CREATE TEMP TABLE tail_record AS SELECT * FROM main.record LIMIT 0;
      CREATE TEMP TABLE tail_content AS SELECT * FROM main.content LIMIT 0;
      CREATE TEMP TABLE tail_chain AS SELECT * FROM main.chain LIMIT 0;
      CREATE TEMP VIEW record AS SELECT * FROM main.record UNION ALL SELECT * FROM tail_record;
      CREATE TEMP VIEW content AS SELECT * FROM main.content UNION ALL SELECT * FROM tail_content;
      CREATE TEMP VIEW chain AS SELECT * FROM main.chain UNION ALL SELECT * FROM tail_chain;`);
  }

  /** Asks the database as it is at one moment, and the log behind it. */
  async ask<Answer>(question: () => Answer): Promise<Answer> {
    for (;;) {
      const tail: ReadRecord[] = [];
      for await (const read of readSpool(this.#directory)) tail.push(read);
      this.#database.exec('BEGIN');
      try {
        if (this.#load(tail)) return question();
      } finally {
        this.#database.exec(
          'DELETE FROM tail_record; DELETE FROM tail_content; DELETE FROM tail_chain; COMMIT',
        );
      }
    }
  }

  /** False when the log was moved on between the two: some records are in neither. */
  #load(tail: readonly ReadRecord[]): boolean {
    const uid = tail[0]?.record.chain.uid;
    if (uid === undefined) return true;
    const chain = this.#one('SELECT key, head_seq FROM main.chain WHERE uid = ?', uid);
    const headSeq = (chain?.['head_seq'] ?? -1) as number;
    const fresh = tail.filter(({ record }) => record.chain.seq > headSeq);
    const first = fresh[0]?.record.chain.seq;
    if (first === undefined) return true;
    if (first !== headSeq + 1) return false;
    this.#insert(fresh, (chain?.['key'] as number | undefined) ?? this.#addChain(uid));
    return true;
  }

  #addChain(uid: string): number {
    const key = -1;
    this.#database
      .prepare('INSERT INTO tail_chain (key, uid, start_seq, start_prev) VALUES (?, ?, 0, ?)')
      .run(key, uid, '');
    return key;
  }

  #insert(fresh: readonly ReadRecord[], chain: number): void {
    let entry = this.#one('SELECT size FROM ledger')?.['size'] as number;
    const columns = ['entry', 'chain', ...COLUMN_NAMES, 'received_ms', 'body'];
    const record = this.#database.prepare(
      `INSERT INTO tail_record (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    const content = this.#database.prepare(
      'INSERT INTO tail_content (entry, sha256, text) VALUES (?, ?, ?)',
    );
    for (const read of fresh) {
      entry += 1;
      const body = JSON.stringify(read.record);
      record.run(entry, chain, ...columnsOf(read.record, null), timeOf(read.record), body);
      for (const { sha256, bytes } of read.contents) content.run(entry, sha256, bytes);
    }
  }

  #one(sql: string, ...values: string[]): Record<string, unknown> | undefined {
    return this.#database.prepare(sql).get(...values);
  }
}

function timeOf({ time }: AuditRecord): number {
  return Date.parse(time);
}
