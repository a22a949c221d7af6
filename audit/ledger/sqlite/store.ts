import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LinkedRecord } from '../../chain';
import type { Actor, AuditRecord, WorkspaceFacts } from '../../record';
import type { Checkpoint } from '../checkpoints';
import { COLUMN_NAMES, columnsOf, leafOf } from '../columns';
import type { ChainBatch, LedgerStore, StoredChain } from '../store';
import { openDatabase } from './database';

/** Most workspace names remembered, so that each is written once and not with each record. */
const MAX_KNOWN_NAMES = 50_000;

/** A ledger in one SQLite file. Statements run at once, in the thread that calls. */
export class SqliteStore implements LedgerStore {
  readonly id: string;
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareStatements>;
  readonly #knownNames = new Set<string>();

  /** @throws AigovError LEDGER_UNAVAILABLE, LEDGER_VERSION_UNKNOWN */
  constructor(path: string) {
    this.#database = openDatabase(path, 'write');
    this.#statements = prepareStatements(this.#database);
    this.id = String(this.#database.prepare('SELECT id FROM ledger').get()?.['id']);
  }

  async findChain(uid: string): Promise<StoredChain | undefined> {
    const row = this.#statements.findChain.get(uid);
    return row === undefined ? undefined : readChain(row);
  }

  /** The chain to go on with when its log is gone: one server writes here. */
  async findOwnChain(): Promise<StoredChain | undefined> {
    const sql = 'SELECT * FROM chain WHERE reporter IS NULL ORDER BY key DESC LIMIT 1';
    const row = this.#database.prepare(sql).get();
    return row === undefined ? undefined : readChain(row);
  }

  async readLines(uid: string, fromSeq: number, count: number): Promise<readonly string[]> {
    const rows = this.#statements.readLines.all(uid, fromSeq, fromSeq + count);
    return rows.map(({ body }) => body as string);
  }

  async append(batch: ChainBatch): Promise<'stored' | 'moved'> {
    return this.#transaction(() => {
      const key = this.#chainKey(batch.chain);
      if (key === undefined) return 'moved';
      this.#insert(key, batch);
      return 'stored';
    });
  }

  async stillOpen(uid: string): Promise<readonly AuditRecord[]> {
    const rows = this.#statements.stillOpen.all(uid);
    return rows.map(({ body }) => JSON.parse(body as string) as AuditRecord);
  }

  async size(): Promise<number> {
    return this.#size();
  }

  async latestCheckpoint(): Promise<Checkpoint | undefined> {
    const row = this.#database.prepare('SELECT * FROM checkpoint ORDER BY size DESC LIMIT 1').get();
    return row as unknown as Checkpoint | undefined;
  }

  async readLeaves(size: number, count: number): Promise<readonly Uint8Array[]> {
    return this.#statements.readLeaves.all(size, count).map(({ leaf }) => leaf as Uint8Array);
  }

  async addCheckpoint({ size, note, frontier }: Checkpoint): Promise<void> {
    this.#database
      .prepare('INSERT OR IGNORE INTO checkpoint (size, note, frontier) VALUES (?, ?, ?)')
      .run(size, note, frontier);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #size(): number {
    return this.#statements.size.get()?.['size'] as number;
  }

  /** All or nothing, on disk when it returns. */
  #transaction<Result>(work: () => Result): Result {
    this.#statements.begin.run();
    try {
      const result = work();
      this.#statements.commit.run();
      return result;
    } catch (error) {
      this.#knownNames.clear();
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Undefined when the chain does not end where the batch begins. */
  #chainKey(chain: StoredChain): number | undefined {
    const row = this.#statements.findChain.get(chain.uid);
    if (row === undefined) return this.#createChain(chain);
    const isAtHead = row['head_seq'] === chain.seq && row['head_hash'] === chain.hash;
    return isAtHead ? (row['key'] as number) : undefined;
  }

  #createChain({ uid, seq, hash, reporter }: StoredChain): number {
    const reporterText = reporter === null ? null : JSON.stringify(reporter);
    const { lastInsertRowid } = this.#statements.createChain.run(
      uid,
      reporterText,
      seq + 1,
      hash,
      seq,
      hash,
    );
    return Number(lastInsertRowid);
  }

  #insert(key: number, { chain, linked, contents, receivedMs }: ChainBatch): void {
    const { reporter } = chain;
    const before = this.#size();
    for (const [index, { record, line }] of linked.entries()) {
      const entry = before + index + 1;
      this.#statements.insertRecord.run(
        entry,
        key,
        ...columnsOf(record, reporter),
        receivedMs,
        leafOf(record.chain.hash, { entry, receivedMs, reporter }),
        line,
      );
      this.#insertContents(entry, record, contents);
      if (record.workspace !== undefined) this.#noteName(record.workspace);
    }
    if (reporter === null) this.#trackOpen(key, before + 1, linked);
    this.#statements.resize.run(before + linked.length);
    const { seq, hash } = linked.at(-1)?.record.chain ?? chain;
    this.#statements.moveHead.run(seq, hash, key);
  }

  #insertContents(
    entry: number,
    { contentHashes }: AuditRecord,
    contents: ChainBatch['contents'],
  ): void {
    if (contentHashes === undefined) return;
    for (const hash of new Set(Object.values(contentHashes))) {
      const text = contents.get(hash) ?? null;
      this.#statements.insertContent.run(entry, hash, text, text === null ? 'not_received' : null);
    }
  }

  /** Lets workspaces be found by name. */
  #noteName({ id, name }: WorkspaceFacts): void {
    const pair = `${id} ${name}`;
    if (this.#knownNames.has(pair)) return;
    this.#statements.insertName.run(name, id);
    if (this.#knownNames.size >= MAX_KNOWN_NAMES) this.#knownNames.clear();
    this.#knownNames.add(pair);
  }

  /** Most things are opened and closed within one batch and never get here. */
  #trackOpen(key: number, firstEntry: number, linked: readonly LinkedRecord[]): void {
    const opened = new Map<string, number>();
    for (const [index, { record }] of linked.entries()) {
      if (record.phase === 'open') opened.set(record.id, firstEntry + index);
      if (record.phase === 'close' && !opened.delete(record.id))
        this.#statements.closeThing.run(key, record.id);
    }
    for (const [id, entry] of opened) this.#statements.openThing.run(key, id, entry);
  }
}

function prepareStatements(
  database: DatabaseSync,
): Record<
  | 'begin'
  | 'commit'
  | 'size'
  | 'resize'
  | 'findChain'
  | 'createChain'
  | 'moveHead'
  | 'readLines'
  | 'readLeaves'
  | 'insertRecord'
  | 'insertContent'
  | 'insertName'
  | 'openThing'
  | 'closeThing'
  | 'stillOpen',
  StatementSync
> {
  const columns = ['entry', 'chain', ...COLUMN_NAMES, 'received_ms', 'leaf', 'body'];
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    size: database.prepare('SELECT size FROM ledger'),
    resize: database.prepare('UPDATE ledger SET size = ?'),
    findChain: database.prepare('SELECT * FROM chain WHERE uid = ?'),
    createChain: database.prepare(
      `INSERT INTO chain (uid, reporter, start_seq, start_prev, head_seq, head_hash) VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    moveHead: database.prepare('UPDATE chain SET head_seq = ?, head_hash = ? WHERE key = ?'),
    readLines: database.prepare(
      `SELECT body FROM record JOIN chain ON chain.key = record.chain WHERE uid = ? AND seq >= ? AND seq < ? ORDER BY seq`,
    ),
    readLeaves: database.prepare('SELECT leaf FROM record WHERE entry > ? ORDER BY entry LIMIT ?'),
    insertRecord: database.prepare(
      `INSERT INTO record (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    ),
    insertContent: database.prepare(
      'INSERT INTO content (entry, sha256, text, absence) VALUES (?, ?, ?, ?)',
    ),
    insertName: database.prepare(
      'INSERT OR IGNORE INTO workspace_name (name, workspace_id) VALUES (?, ?)',
    ),
    openThing: database.prepare('INSERT OR REPLACE INTO still_open VALUES (?, ?, ?)'),
    closeThing: database.prepare('DELETE FROM still_open WHERE chain = ? AND id = ?'),
    stillOpen: database.prepare(
      `SELECT body FROM still_open JOIN record USING (entry) JOIN chain ON chain.key = still_open.chain
       WHERE uid = ? ORDER BY entry`,
    ),
  };
}

function readChain(row: Record<string, unknown>): StoredChain {
  return {
    uid: row['uid'] as string,
    reporter: row['reporter'] === null ? null : (JSON.parse(row['reporter'] as string) as Actor),
    seq: row['head_seq'] as number,
    hash: row['head_hash'] as string,
  };
}
