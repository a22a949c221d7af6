import { existsSync } from 'node:fs';
import { AigovError } from '../../policy';
import { GENESIS_HASH, placeFault, readLine, type ChainHead } from '../chain';
import { Pairing } from '../pairing';
import { sha256 } from '../prepare';
import type { Actor, AuditRecord } from '../record';
import { checkSpool } from '../spool/verify';
import { BadRecordFound, type RecordProblem, type VerifyReport } from '../verify-report';
import { CheckpointCheck } from './checkpoint-check';
import { COLUMN_NAMES, columnsOf, leafOf } from './columns';
import type { ChainRow, LedgerSource, RecordRow } from './source';
import { logDirectoryOf } from './log-directory';
import { openSource, type LedgerPlace } from './place';

export interface VerifyLedgerOptions {
  /** `name+id+key` of who must have signed the checkpoints. @default the key beside the ledger, if there */
  readonly publicKey?: string;
  /** A checkpoint kept elsewhere: the ledger must still begin with what it vouches for. */
  readonly checkpoint?: string;
}

/**
 * Recomputes everything a ledger says: each record's hash, its place in its chain, the columns it is searched by,
 * its arrival, its content, that no chain is shorter than it was, and the signed checkpoints. Stops at the first
 * bad record.
 *
 * @throws AigovError LEDGER_UNAVAILABLE, DATABASE_UNAVAILABLE, CHECKPOINT_INVALID, CHECKPOINT_KEY_INVALID
 */
export async function verifyLedger(
  place: LedgerPlace,
  options: VerifyLedgerOptions = {},
): Promise<VerifyReport> {
  await using opened = await openSource(place);
  const publicKey = options.publicKey ?? opened.publicKey;
  const checkpoints = new CheckpointCheck(publicKey, options.checkpoint);
  const log = typeof place === 'string' ? await checkLog(place) : undefined;
  return await checkRows(opened.source, opened.name, checkpoints, log);
}

async function checkRows(
  source: LedgerSource,
  name: string,
  checkpoints: CheckpointCheck,
  log: CheckedLog | undefined,
): Promise<VerifyReport> {
  const check = new LedgerCheck(source, name, checkpoints);
  try {
    await check.start();
    await check.records();
    await check.ends();
    check.log(log);
    return { ...check.report(), tornBytes: log?.report.tornBytes ?? 0 };
  } catch (error) {
    if (error instanceof BadRecordFound)
      return { ...check.report(), valid: false, firstBad: error.bad };
    if (AigovError.is(error)) throw error;
    const firstBad = { chain: name, seq: -1, problem: 'damaged' as const };
    return { ...check.report(), valid: false, firstBad };
  }
}

/** Records read at once; other work of the process gets a turn in between. */
const RECORDS_PER_READ = 1000;

/** What a server's log has, good so far as it was read. Read before the database: what is in neither is lost. */
interface CheckedLog {
  readonly report: VerifyReport;
  readonly records: readonly Pick<AuditRecord, 'id' | 'phase' | 'chain'>[];
}

/** Undefined for a ledger without a log. */
async function checkLog(path: string): Promise<CheckedLog | undefined> {
  const directory = logDirectoryOf(path);
  if (!existsSync(directory)) return undefined;
  const records: Pick<AuditRecord, 'id' | 'phase' | 'chain'>[] = [];
  const report = await checkSpool(directory, ({ id, phase, chain }) => {
    records.push({ id, phase, chain });
  });
  return { report, records };
}

interface ChainState {
  readonly uid: string;
  readonly reporter: Actor | null;
  readonly declaredHead: ChainHead;
  /** False when its first records were never here. */
  readonly isWhole: boolean;
  head: ChainHead;
}

class LedgerCheck {
  readonly #source: LedgerSource;
  readonly #path: string;
  readonly #chains = new Map<unknown, ChainState>();
  readonly #pairing = new Pairing();
  readonly #checkpoints: CheckpointCheck;
  #records = 0;
  #absentContents = 0;

  constructor(source: LedgerSource, path: string, checkpoints: CheckpointCheck) {
    this.#source = source;
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

  async start(): Promise<void> {
    if (!(await this.#source.isIntact())) this.#fail(this.#path, -1, 'damaged');
    for (const chain of await this.#source.chains())
      this.#chains.set(chain.key, readChainState(chain));
    for (const { size, note } of await this.#source.checkpoints())
      this.#checkpoints.expect(size, note);
  }

  async records(): Promise<void> {
    let after = 0;
    for (;;) {
      const rows = await this.#source.readRows(after, RECORDS_PER_READ);
      for (const row of rows) {
        const record = await this.#record(row);
        this.#records += 1;
        this.#checkpoints.push(row.leaf, record);
      }
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.entry;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** A chain's head is written with its last record, and entry numbers are never given twice. */
  async ends(): Promise<void> {
    for (const { uid, head, declaredHead } of this.#chains.values()) {
      if (head.seq !== declaredHead.seq || head.hash !== declaredHead.hash) {
        this.#fail(uid, Math.min(head.seq, declaredHead.seq) + 1, 'cut_off');
      }
    }
    const vouched = Math.max(await this.#source.size(), this.#checkpoints.vouchedSize);
    if (vouched !== this.#records) this.#fail(this.#path, this.#records, 'cut_off');
  }

  /** The log goes on where its chain ends in the database, and says the same before. */
  log(log: CheckedLog | undefined): void {
    const uid = log?.records[0]?.chain.uid;
    const chain = [...this.#chains.values()].find((candidate) => candidate.uid === uid);
    const head = chain?.head;
    for (const record of log?.records ?? []) {
      const { seq, hash } = record.chain;
      if (seq === head?.seq && hash !== head.hash)
        this.#fail(record.chain.uid, seq, 'prev_mismatch', record.id);
      if (seq <= (head?.seq ?? -1)) continue;
      this.#records += 1;
      this.#pairing.accept(record);
    }
    const first = log?.records.at(0)?.chain;
    if (first !== undefined && first.seq > (head?.seq ?? -1) + 1)
      this.#fail(first.uid, (head?.seq ?? -1) + 1, 'missing');
    if (log?.report.firstBad !== undefined) throw new BadRecordFound(log.report.firstBad);
  }

  async #record(row: RecordRow): Promise<AuditRecord> {
    const chain = this.#chains.get(row.chain);
    const read = readLine(String(row.body));
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
    const content = await this.#contentProblem(row.entry, record);
    if (content !== undefined) fail(content);
    if (!this.#pairing.accept(record) && chain.isWhole) fail('close_without_open');
    chain.head = record.chain;
    return record;
  }

  async #contentProblem(
    entry: number,
    { contentHashes }: AuditRecord,
  ): Promise<RecordProblem | undefined> {
    if (contentHashes === undefined) return undefined;
    const rows = await this.#source.readContents(entry);
    const byHash = new Map(rows.map((row) => [row.sha256, row]));
    for (const hash of Object.values(contentHashes)) {
      const row = byHash.get(hash);
      if (row === undefined) return 'content_missing';
      if (row.text === null && typeof row.absence === 'string') this.#absentContents += 1;
      else if (row.text === null || sha256(row.text) !== hash) return 'content_altered';
    }
    return byHash.size === rows.length ? undefined : 'content_altered';
  }

  #fail(chain: string, seq: number, problem: RecordProblem, id?: string): never {
    throw new BadRecordFound({ chain, seq, problem, ...(id === undefined ? {} : { id }) });
  }
}

function readChainState(row: ChainRow): ChainState {
  const uid = String(row.uid);
  return {
    uid,
    reporter: readReporter(row),
    declaredHead: { uid, seq: Number(row.head_seq), hash: String(row.head_hash) },
    isWhole: row.start_seq === 0 && row.start_prev === GENESIS_HASH,
    head: { uid, seq: Number(row.start_seq) - 1, hash: String(row.start_prev) },
  };
}

/** A reporter that cannot be read is nobody's, so that the chain's first record shows the change. */
function readReporter({ reporter }: ChainRow): Actor | null {
  if (reporter === null) return null;
  try {
    return JSON.parse(reporter as string) as Actor;
  } catch {
    // altered: falls through
  }
  return { user: '', isVerified: false };
}

function hasRightColumns(row: RecordRow, record: AuditRecord, reporter: Actor | null): boolean {
  const columns = columnsOf(record, reporter);
  if (!COLUMN_NAMES.every((name, index) => row[name] === columns[index])) return false;
  const arrival = { entry: row.entry, receivedMs: Number(row.received_ms), reporter };
  return leafOf(record.chain.hash, arrival).equals(row.leaf);
}
