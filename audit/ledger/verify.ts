import type { DatabaseSync } from 'node:sqlite';
import { AigovError } from '../../policy';
import { GENESIS_HASH, placeFault, readLine, type ChainHead } from '../chain';
import { Pairing } from '../pairing';
import { sha256 } from '../prepare';
import type { Actor, AuditRecord } from '../record';
import { readPublicKey } from '../checkpoint/key-file';
import { BadRecordFound, type RecordProblem, type VerifyReport } from '../verify-report';
import { CheckpointCheck } from './checkpoint-check';
import { COLUMN_NAMES, columnsOf, leafOf } from './columns';
import { openDatabase } from './database';

export interface VerifyLedgerOptions {
  /** `name+id+key` of who must have signed the checkpoints. @default the file beside the ledger, if there */
  readonly publicKey?: string;
  /** A checkpoint kept elsewhere: the ledger must still begin with what it vouches for. */
  readonly checkpoint?: string;
}

/**
 * Recomputes everything a ledger says: each record's hash, its place in its chain, the columns it is searched by,
 * its arrival, its content, that no chain is shorter than it was, and the signed checkpoints. Stops at the first
 * bad record.
 *
 * @throws AigovError LEDGER_UNAVAILABLE, CHECKPOINT_INVALID, CHECKPOINT_KEY_INVALID
 */
export async function verifyLedger(
  path: string,
  options: VerifyLedgerOptions = {},
): Promise<VerifyReport> {
  const database = openDatabase(path, 'read');
  const publicKey = options.publicKey ?? readPublicKey(path);
  const check = new LedgerCheck(database, path, new CheckpointCheck(publicKey, options.checkpoint));
  try {
    check.file();
    await check.records();
    check.ends();
    return check.report();
  } catch (error) {
    if (error instanceof BadRecordFound)
      return { ...check.report(), valid: false, firstBad: error.bad };
    if (AigovError.is(error)) throw error;
    const firstBad = { chain: path, seq: -1, problem: 'damaged' as const };
    return { ...check.report(), valid: false, firstBad };
  } finally {
    database.close();
  }
}

/** Records checked before other work of the process gets a turn. */
const RECORDS_PER_TURN = 1000;

interface ChainState {
  readonly uid: string;
  readonly reporter: Actor | null;
  readonly declaredHead: ChainHead;
  /** False when its first records were never here. */
  readonly isWhole: boolean;
  head: ChainHead;
}

type Row = Record<string, unknown>;

class LedgerCheck {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #chains = new Map<unknown, ChainState>();
  readonly #pairing = new Pairing();
  readonly #checkpoints: CheckpointCheck;
  #records = 0;
  #absentContents = 0;

  constructor(database: DatabaseSync, path: string, checkpoints: CheckpointCheck) {
    this.#database = database;
    this.#path = path;
    this.#checkpoints = checkpoints;
  }

  report(): VerifyReport {
    return {
      valid: true,
      records: this.#records,
      chains: this.#chains.size,
      lateChains: [...this.#chains.values()].filter(({ isWhole }) => !isWhole).length,
      open: this.#pairing.open,
      absentContents: this.#absentContents,
      tornBytes: 0,
      checkpointed: this.#checkpoints.size,
    };
  }

  /** The file as SQLite sees it: pages, and that indexes say what tables say. */
  file(): void {
    const [row] = this.#database.prepare('PRAGMA integrity_check(1)').all();
    if (row?.['integrity_check'] !== 'ok') this.#fail(this.#path, -1, 'damaged');
    for (const chain of this.#database.prepare('SELECT * FROM chain').all()) {
      this.#chains.set(chain['key'], readChainState(chain));
    }
    const notes = this.#database.prepare('SELECT size, note FROM checkpoint ORDER BY size').all();
    for (const { size, note } of notes) this.#checkpoints.expect(size as number, String(note));
  }

  async records(): Promise<void> {
    const rows = this.#database.prepare('SELECT * FROM record ORDER BY entry').iterate();
    for (const row of rows) {
      const record = this.#record(row);
      this.#records += 1;
      this.#checkpoints.push(row['leaf'] as Uint8Array, record);
      if (this.#records % RECORDS_PER_TURN === 0) {
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    }
  }

  /** A chain's head is written with its last record, and entry numbers are never given twice. */
  ends(): void {
    for (const { uid, head, declaredHead } of this.#chains.values()) {
      if (head.seq !== declaredHead.seq || head.hash !== declaredHead.hash) {
        this.#fail(uid, Math.min(head.seq, declaredHead.seq) + 1, 'cut_off');
      }
    }
    const given = this.#database
      .prepare("SELECT seq FROM sqlite_sequence WHERE name = 'record'")
      .get()?.['seq'];
    const vouched = Math.max(Number(given ?? 0), this.#checkpoints.vouchedSize);
    if (vouched !== this.#records) this.#fail(this.#path, this.#records, 'cut_off');
  }

  #record(row: Row): AuditRecord {
    const chain = this.#chains.get(row['chain']);
    const read = readLine(String(row['body']));
    if ('fault' in read) {
      return this.#fail(
        chain?.uid ?? this.#path,
        Number(row['seq']),
        read.fault,
        String(row['id']),
      );
    }
    const { record } = read;
    const fail = (problem: RecordProblem): never =>
      this.#fail(record.chain.uid, record.chain.seq, problem, record.id);
    if (chain === undefined || chain.uid !== record.chain.uid) return fail('column_altered');
    const place = placeFault(record, chain.head);
    if (place === 'missing') this.#fail(chain.uid, chain.head.seq + 1, 'missing');
    if (place !== undefined) fail(place);
    if (!hasRightColumns(row, record, chain.reporter)) fail('column_altered');
    const content = this.#contentProblem(record);
    if (content !== undefined) fail(content);
    if (!this.#pairing.accept(record) && chain.isWhole) fail('close_without_open');
    chain.head = record.chain;
    return record;
  }

  #contentProblem(record: AuditRecord): RecordProblem | undefined {
    for (const hash of Object.values(record.contentHashes ?? {})) {
      const row = this.#database
        .prepare('SELECT text, absence FROM content WHERE sha256 = ?')
        .get(hash);
      if (row === undefined) return 'content_missing';
      const text = row['text'];
      if (text === null && typeof row['absence'] === 'string') this.#absentContents += 1;
      else if (typeof text !== 'string' || sha256(text) !== hash) return 'content_altered';
    }
    return undefined;
  }

  #fail(chain: string, seq: number, problem: RecordProblem, id?: string): never {
    throw new BadRecordFound({ chain, seq, problem, ...(id === undefined ? {} : { id }) });
  }
}

function readChainState(row: Row): ChainState {
  const uid = row['uid'] as string;
  return {
    uid,
    reporter: readReporter(row),
    declaredHead: { uid, seq: row['head_seq'] as number, hash: row['head_hash'] as string },
    isWhole: row['start_seq'] === 0 && row['start_prev'] === GENESIS_HASH,
    head: { uid, seq: (row['start_seq'] as number) - 1, hash: row['start_prev'] as string },
  };
}

/** A reporter that cannot be read is nobody's, so that the chain's first record shows the change. */
function readReporter({ reporter, is_own: isOwn }: Row): Actor | null {
  if (reporter === null && isOwn === 1) return null;
  try {
    if (isOwn === 0 && reporter !== null) return JSON.parse(reporter as string) as Actor;
  } catch {
    // altered: falls through
  }
  return { user: '', isVerified: false };
}

function hasRightColumns(row: Row, record: AuditRecord, reporter: Actor | null): boolean {
  const columns = columnsOf(record, reporter);
  if (!COLUMN_NAMES.every((name, index) => row[name] === columns[index])) return false;
  const entry = row['entry'] as number;
  const receivedMs = row['received_ms'] as number;
  const leaf = leafOf(record.chain.hash, { entry, receivedMs, reporter });
  return leaf.equals(row['leaf'] as Uint8Array);
}
