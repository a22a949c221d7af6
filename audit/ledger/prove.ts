import { AigovError } from '../../policy';
import { hashOfRecord } from '../chain';
import { isSignedBy, parseCheckpoint } from '../checkpoint/note';
import { parseProof, renderProof, rootFromPath } from '../checkpoint/proof';
import type { Actor, AuditRecord } from '../record';
import { isRecord } from '../record-shape';
import { leafOf, type Arrival } from './columns';
import { openDatabase } from './database';

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
export function readLatestCheckpoint(path: string): string | undefined {
  using opened = openForReading(path);
  const row = opened.database
    .prepare('SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1')
    .get();
  return row?.['note'] as string | undefined;
}

/**
 * Proves every record with this id against the newest checkpoint.
 *
 * @throws AigovError AUDIT_NOT_PROVABLE when there is no such record, or no checkpoint covers it yet.
 */
export function proveRecords(path: string, id: string): ProofDocument {
  using opened = openForReading(path);
  const { database } = opened;
  const note = database
    .prepare('SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1')
    .get();
  const size = Number(note?.['size'] ?? 0);
  const rows = database
    .prepare(
      `SELECT entry, body, received_ms, reporter FROM record JOIN chain ON chain.key = record.chain
       WHERE id = ? AND entry <= ? ORDER BY entry`,
    )
    .all(id, size);
  if (rows.length === 0) throw notProvable(id);
  const readLeaves = database.prepare(
    'SELECT leaf FROM record WHERE entry > ? AND entry <= ? ORDER BY entry',
  );
  const leaves = function* (from: number, to: number): Iterable<Uint8Array> {
    for (const { leaf } of readLeaves.iterate(from, to)) yield leaf as Uint8Array;
  };
  const records = rows.map((row) => {
    const entry = row['entry'] as number;
    const reporter =
      row['reporter'] === null ? null : (JSON.parse(row['reporter'] as string) as Actor);
    return {
      record: JSON.parse(row['body'] as string) as AuditRecord,
      arrival: { entry, receivedMs: row['received_ms'] as number, reporter },
      proof: renderProof(entry - 1, size, leaves, note?.['note'] as string),
    };
  });
  return { version: 1, records };
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

function openForReading(path: string) {
  const database = openDatabase(path, 'read');
  return { database, [Symbol.dispose]: () => database.close() };
}

function notProvable(id: string): AigovError {
  return new AigovError('AUDIT_NOT_PROVABLE', `${id}: no checkpoint covers a record with this id`, {
    remedy: 'Check the id, or wait a minute for the next checkpoint.',
  });
}
