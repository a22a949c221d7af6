import { canonicalJson } from '../../canonical-json';
import type { LinkedRecord } from '../../chain';
import type { Postgres, SqlRow } from '../../postgres/connection';
import type { Actor, AuditRecord } from '../../record';
import type { Checkpoint } from '../checkpoints';
import { COLUMN_NAMES, columnsOf } from '../columns';
import type { ChainBatch, LedgerStore, StoredChain } from '../store';
import { toColumn } from './column-text';

const APPEND = 'SELECT ledger_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS size';

/** A ledger in PostgreSQL, which any number of processes may write. */
export class PostgresStore implements LedgerStore {
  readonly id: string;
  readonly #postgres: Postgres;
  #size: number;

  private constructor(postgres: Postgres, id: string, size: number) {
    this.#postgres = postgres;
    this.id = id;
    this.#size = size;
  }

  /** The tables must be there. */
  static async open(postgres: Postgres): Promise<PostgresStore> {
    const [row] = await postgres.query('SELECT id::text, size FROM ledger');
    return new PostgresStore(postgres, String(row?.['id']), Number(row?.['size']));
  }

  async findChain(uid: string): Promise<StoredChain | undefined> {
    const [row] = await this.#postgres.query('SELECT * FROM chain WHERE uid = $1', [uid]);
    return row && readChain(row);
  }

  async readLines(uid: string, fromSeq: number, count: number): Promise<readonly string[]> {
    const rows = await this.#postgres.query(
      `SELECT body FROM record JOIN chain ON chain.key = record.chain
       WHERE uid = $1 AND seq >= $2 AND seq < $3 ORDER BY seq`,
      [uid, fromSeq, fromSeq + count],
    );
    return rows.map((row) => row['body'] as string);
  }

  async append({ chain, linked, contents, receivedMs }: ChainBatch): Promise<'stored' | 'moved'> {
    const { uid, reporter, seq, hash } = chain;
    const reporterText = reporter === null ? null : canonicalJson(reporter);
    const { opened, closed } = reporter === null ? pair(linked) : { opened: [], closed: [] };
    const [row] = await this.#postgres.query(APPEND, [
      uid,
      reporterText,
      seq,
      hash,
      receivedMs,
      JSON.stringify(linked.map((one, index) => recordRow(one, index + 1, reporter))),
      JSON.stringify(
        linked.flatMap(({ record }, index) => contentRows(record, index + 1, contents)),
      ),
      JSON.stringify(linked.flatMap(({ record }) => nameRows(record))),
      JSON.stringify(opened),
      closed,
    ]);
    const size = row?.['size'] as string | null | undefined;
    if (typeof size !== 'string') return 'moved';
    this.#size = Math.max(this.#size, Number(size));
    return 'stored';
  }

  async stillOpen(uid: string): Promise<readonly AuditRecord[]> {
    const rows = await this.#postgres.query(
      `SELECT body FROM still_open JOIN record USING (entry) JOIN chain ON chain.key = still_open.chain
       WHERE uid = $1 ORDER BY entry`,
      [uid],
    );
    return rows.map((row) => JSON.parse(row['body'] as string) as AuditRecord);
  }

  /** Chains servers write that have something open, but for these. */
  async chainsLeftOpen(aliveUids: readonly string[]): Promise<readonly string[]> {
    const rows = await this.#postgres.query(
      `SELECT DISTINCT uid FROM still_open JOIN chain ON chain.key = still_open.chain
       WHERE NOT uid = ANY ($1::text[])`,
      [aliveUids],
    );
    return rows.map((row) => row['uid'] as string);
  }

  /** Which of these things have an end, or are events. */
  async closedIds(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#postgres.query(
      "SELECT id FROM record WHERE id = ANY ($1::text[]) AND phase <> 'open'",
      [ids],
    );
    return new Set(rows.map((row) => row['id'] as string));
  }

  /** As this process last heard; others may have added since. */
  async size(): Promise<number> {
    return this.#size;
  }

  async latestCheckpoint(): Promise<Checkpoint | undefined> {
    const [row] = await this.#postgres.query('SELECT * FROM checkpoint ORDER BY size DESC LIMIT 1');
    return (
      row && {
        size: Number(row['size']),
        note: row['note'] as string,
        frontier: row['frontier'] as Uint8Array,
      }
    );
  }

  async readLeaves(size: number, count: number): Promise<readonly Uint8Array[]> {
    const rows = await this.#postgres.query(
      'SELECT leaf FROM record WHERE entry > $1 ORDER BY entry LIMIT $2',
      [size, count],
    );
    return rows.map((row) => row['leaf'] as Uint8Array);
  }

  async addCheckpoint({ size, note, frontier }: Checkpoint): Promise<void> {
    await this.#postgres.query(
      'INSERT INTO checkpoint VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [size, note, frontier],
    );
  }

  /** The key checkpoints are signed with, for whoever asks for it to keep it elsewhere. */
  async notePublicKey(key: string): Promise<void> {
    await this.#postgres.query('UPDATE ledger SET public_key = $1', [key]);
  }

  async close(): Promise<void> {
    await this.#postgres.close();
  }
}

function recordRow(
  { record, line }: LinkedRecord,
  n: number,
  reporter: Actor | null,
): Readonly<Record<string, unknown>> {
  const columns = columnsOf(record, reporter).map((value) =>
    typeof value === 'string' ? toColumn(value) : value,
  );
  const named = Object.fromEntries(COLUMN_NAMES.map((name, index) => [name, columns[index]]));
  return { n, ...named, hash: record.chain.hash, body: line };
}

function contentRows(
  { contentHashes = {} }: AuditRecord,
  n: number,
  contents: ChainBatch['contents'],
): readonly object[] {
  return [...new Set(Object.values(contentHashes))].map((sha256) => {
    const text = contents.get(sha256);
    return text === undefined
      ? { n, sha256, text: null, absence: 'not_received' }
      : { n, sha256, text: toColumn(Buffer.from(text).toString()), absence: null };
  });
}

function nameRows({ workspace }: AuditRecord): readonly object[] {
  if (workspace === undefined) return [];
  return [{ name: toColumn(workspace.name), workspace_id: toColumn(workspace.id) }];
}

/** What a batch leaves open, and what it closes that was open before. Most things begin and end within one. */
function pair(linked: readonly LinkedRecord[]): {
  readonly opened: readonly { readonly id: string; readonly n: number }[];
  readonly closed: readonly string[];
} {
  const opened = new Map<string, number>();
  const closed: string[] = [];
  for (const [index, { record }] of linked.entries()) {
    if (record.phase === 'open') opened.set(record.id, index + 1);
    if (record.phase === 'close' && !opened.delete(record.id)) closed.push(record.id);
  }
  return { opened: [...opened].map(([id, n]) => ({ id, n })), closed };
}

function readChain(row: SqlRow): StoredChain {
  const reporter = row['reporter'] as string | null;
  return {
    uid: row['uid'] as string,
    reporter: reporter === null ? null : (JSON.parse(reporter) as Actor),
    seq: Number(row['head_seq']),
    hash: row['head_hash'] as string,
  };
}
