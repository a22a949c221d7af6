import { AigovError } from '../../policy';
import { hashOfRecord } from '../chain';
import { isSignedBy, parseCheckpoint } from '../checkpoint/note';
import { parseProof, renderProof, rootFromPath } from '../checkpoint/proof';
import type { Actor, AuditRecord } from '../record';
import { isRecord } from '../record-shape';
import { leafOf, type Arrival } from './columns';
import type { LedgerSource } from './source';
import { openSource, type LedgerPlace } from './place';

/** One record with the proof that it stood in the ledger when a checkpoint was signed. */
export interface RecordProof {
  readonly record: AuditRecord;
  readonly arrival: Arrival;
  /** C2SP tlog-proof, the signed checkpoint included. */
  readonly proof: string;
}

/** What is proven about one id, for somebody who has only the ledger's public key. */
export interface ProofDocument {
  readonly version: 1;
  readonly records: readonly RecordProof[];
}

/** The newest checkpoint stored in a ledger, a C2SP note; undefined before the first. */
export async function readLatestCheckpoint(place: LedgerPlace): Promise<string | undefined> {
  await using opened = await openSource(place);
  return (await opened.source.checkpoints()).at(-1)?.note;
}

/** The key a ledger's checkpoints should be signed with, as far as it is known where the ledger is. */
export async function readLedgerKey(place: LedgerPlace): Promise<string | undefined> {
  await using opened = await openSource(place);
  return opened.publicKey;
}

/**
 * Proves every record with this id against the newest checkpoint.
 *
 * @throws AigovError AUDIT_NOT_PROVABLE when there is no such record, or no checkpoint covers it yet.
 */
export async function proveRecords(place: LedgerPlace, id: string): Promise<ProofDocument> {
  await using opened = await openSource(place);
  const { source } = opened;
  const checkpoint = (await source.checkpoints()).at(-1);
  const rows = checkpoint === undefined ? [] : await source.findRows(id, checkpoint.size);
  if (checkpoint === undefined || rows.length === 0) throw notProvable(id);
  const reporters = new Map((await source.chains()).map((chain) => [chain.key, chain.reporter]));
  const records: RecordProof[] = [];
  for (const row of rows) {
    const reporter = reporters.get(row.chain);
    records.push({
      record: JSON.parse(String(row.body)) as AuditRecord,
      arrival: {
        entry: row.entry,
        receivedMs: Number(row.received_ms),
        reporter: typeof reporter === 'string' ? (JSON.parse(reporter) as Actor) : null,
      },
      proof: await renderProof(
        row.entry - 1,
        checkpoint.size,
        (from, to) => leavesOf(source, from, to),
        checkpoint.note,
      ),
    });
  }
  return { version: 1, records };
}

/** Leaves read at once. */
const LEAVES_PER_READ = 4096;

async function* leavesOf(
  source: LedgerSource,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; at += LEAVES_PER_READ)
    yield* await source.readLeaves(at, Math.min(LEAVES_PER_READ, to - at));
}

/** Why a proof does not hold. */
export type ProofProblem =
  'not_a_proof' | 'record_altered' | 'not_in_tree' | 'checkpoint_not_signed';

/** Checks a document of `proveRecords` with nothing but the ledger's public key. Undefined when all of it holds. */
export function proofProblem(document: unknown, publicKey: string): ProofProblem | undefined {
  const { records } = (document ?? {}) as Partial<ProofDocument>;
  if (!Array.isArray(records) || records.length === 0) return 'not_a_proof';
  for (const proof of records as readonly RecordProof[]) {
    const problem = recordProblem(proof, publicKey);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function recordProblem(
  { record, arrival, proof }: RecordProof,
  publicKey: string,
): ProofProblem | undefined {
  const parsed = typeof proof === 'string' ? parseProof(proof) : undefined;
  const checkpoint = parsed === undefined ? undefined : parseCheckpoint(parsed.note);
  if (parsed === undefined || checkpoint === undefined || !isRecord(record)) return 'not_a_proof';
  if (!isSignedBy(parsed.note, publicKey)) return 'checkpoint_not_signed';
  if (hashOfRecord(record) !== record.chain.hash || parsed.index !== arrival.entry - 1)
    return 'record_altered';
  const root = rootFromPath(leafOf(record.chain.hash, arrival), parsed, checkpoint.size);
  return root?.equals(checkpoint.root) ? undefined : 'not_in_tree';
}

function notProvable(id: string): AigovError {
  return new AigovError('AUDIT_NOT_PROVABLE', `${id}: no checkpoint covers a record with this id`, {
    remedy: 'Check the id, or wait a minute for the next checkpoint.',
  });
}
