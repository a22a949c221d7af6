import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ChainHead, LinkedRecord } from '../chain';
import type { Actor, AuditRecord, WorkspaceFacts } from '../record';
import { COLUMN_NAMES, columnsOf, leafOf } from './columns';

/** A chain as the ledger knows it. */
export interface StoredChain extends ChainHead {
  readonly key: number;
  /** Null for the ledger's own chain. */
  readonly reporter: Actor | null;
}

/** Most workspace names remembered, so that each is written once and not with each record. */
const MAX_KNOWN_NAMES = 50_000;

/** The statements that write a ledger. Everything runs inside `transaction`. */
export class LedgerStore {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insertRecord: StatementSync;
  readonly #insertContent: StatementSync;
  readonly #insertAbsence: StatementSync;
  readonly #openThing: StatementSync;
  readonly #closeThing: StatementSync;
  readonly #insertName: StatementSync;
  readonly #knownNames = new Set<string>();
  readonly #moveHead: StatementSync;
  readonly #findChain: StatementSync;
  readonly #findBody: StatementSync;
  #size: number;

  constructor(database: DatabaseSync) {
    this.#database = database;
    // SQLite keeps the highest number given, so a deleted end is never filled again.
    const last = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'record'").get();
    this.#size = (last?.['seq'] ?? 0) as number;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    const columns = ['entry', 'chain', ...COLUMN_NAMES, 'received_ms', 'leaf', 'body'];
    this.#insertRecord = database.prepare(
      `INSERT INTO record (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    this.#insertContent = database.prepare(
      `INSERT INTO content (sha256, text, stored_ms) VALUES (?, ?, ?) ON CONFLICT (sha256)
       DO UPDATE SET text = excluded.text, absence = NULL WHERE absence = 'not_received'`,
    );
    this.#insertAbsence = database.prepare(
      `INSERT INTO content (sha256, absence, stored_ms) VALUES (?, 'not_received', ?) ON CONFLICT DO NOTHING`,
    );
    this.#openThing = database.prepare(
      'INSERT OR REPLACE INTO still_open (id, entry) VALUES (?, ?)',
    );
    this.#insertName = database.prepare(
      'INSERT OR IGNORE INTO workspace_name (name, workspace_id) VALUES (?, ?)',
    );
    this.#closeThing = database.prepare('DELETE FROM still_open WHERE id = ?');
    this.#moveHead = database.prepare('UPDATE chain SET head_seq = ?, head_hash = ? WHERE key = ?');
    this.#findChain = database.prepare('SELECT * FROM chain WHERE uid = ?');
    this.#findBody = database.prepare('SELECT body FROM record WHERE chain = ? AND seq = ?');
  }

  /** All or nothing, on disk when it returns. */
  transaction<Result>(work: () => Result): Result {
    const sizeBefore = this.#size;
    this.#begin.run();
    try {
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      this.#size = sizeBefore;
      this.#knownNames.clear();
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  findChain(uid: string): StoredChain | undefined {
    const row = this.#findChain.get(uid);
    return row === undefined ? undefined : readChain(row);
  }

  /** The chain this ledger writes itself. */
  findOwnChain(): StoredChain | undefined {
    const row = this.#database.prepare('SELECT * FROM chain WHERE is_own = 1').get();
    return row === undefined ? undefined : readChain(row);
  }

  /** Begins a chain after `start`: nothing, or records this ledger never saw. */
  createChain(start: ChainHead, reporter: Actor | null): StoredChain {
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO chain (uid, is_own, reporter, start_seq, start_prev, head_seq, head_hash)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        start.uid,
        reporter === null ? 1 : 0,
        reporter === null ? null : JSON.stringify(reporter),
        start.seq + 1,
        start.hash,
        start.seq,
        start.hash,
      );
    return { key: Number(lastInsertRowid), reporter, ...start };
  }

  /** Appends records that follow the chain's head, and moves the head. */
  append(chain: StoredChain, linked: readonly LinkedRecord[], receivedMs: number): StoredChain {
    const { reporter } = chain;
    for (const { record, line } of linked) {
      this.#size += 1;
      const entry = this.#size;
      this.#insertRecord.run(
        entry,
        chain.key,
        ...columnsOf(record, reporter),
        receivedMs,
        leafOf(record.chain.hash, { entry, receivedMs, reporter }),
        line,
      );
      if (reporter === null) this.#trackOpen(record, entry);
      if (record.workspace !== undefined) this.#noteName(record.workspace);
    }
    const { seq, hash } = linked.at(-1)?.record.chain ?? chain;
    this.#moveHead.run(seq, hash, chain.key);
    return { ...chain, seq, hash };
  }

  addContent(sha256: string, text: string, storedMs: number): void {
    this.#insertContent.run(sha256, text, storedMs);
  }

  /** Notes that content a record names did not come with it. */
  addAbsence(sha256: string, storedMs: number): void {
    this.#insertAbsence.run(sha256, storedMs);
  }

  /** The stored line of one record. */
  findLine(chain: StoredChain, seq: number): string | undefined {
    return this.#findBody.get(chain.key, seq)?.['body'] as string | undefined;
  }

  /** Records ever written: the ledger has one writer, so it can be counted along. */
  get size(): number {
    return this.#size;
  }

  /** The ledger's own `open` records without a `close`. */
  stillOpen(): AuditRecord[] {
    return this.#database
      .prepare('SELECT body FROM still_open JOIN record USING (entry) ORDER BY entry')
      .all()
      .map(({ body }) => JSON.parse(body as string) as AuditRecord);
  }

  /** Lets workspaces be found by name. */
  #noteName({ id, name }: WorkspaceFacts): void {
    const pair = `${id} ${name}`;
    if (this.#knownNames.has(pair)) return;
    this.#insertName.run(name, id);
    if (this.#knownNames.size >= MAX_KNOWN_NAMES) this.#knownNames.clear();
    this.#knownNames.add(pair);
  }

  #trackOpen({ phase, id }: AuditRecord, entry: number): void {
    if (phase === 'open') this.#openThing.run(id, entry);
    if (phase === 'close') this.#closeThing.run(id);
  }
}

function readChain(row: Record<string, unknown>): StoredChain {
  return {
    key: row['key'] as number,
    uid: row['uid'] as string,
    reporter: row['reporter'] === null ? null : (JSON.parse(row['reporter'] as string) as Actor),
    seq: row['head_seq'] as number,
    hash: row['head_hash'] as string,
  };
}
