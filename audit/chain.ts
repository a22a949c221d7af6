import { canonicalJson } from './canonical-json';
import { sha256, type PreparedRecord } from './prepare';
import type { AuditRecord } from './record';

/** `prev` of a chain's first record. */
export const GENESIS_HASH = '0'.repeat(64);

/** The last record of a chain; `seq` is -1 before the first. */
export interface ChainHead {
  readonly uid: string;
  readonly seq: number;
  readonly hash: string;
}

/** A linked record and the line that stands for it in spool and ledger: its canonical JSON. */
export interface LinkedRecord {
  readonly record: AuditRecord;
  readonly line: string;
}

export function emptyChain(uid: string): ChainHead {
  return { uid, seq: -1, hash: GENESIS_HASH };
}

export function headOf({ chain }: AuditRecord): ChainHead {
  return { uid: chain.uid, seq: chain.seq, hash: chain.hash };
}

/** Puts a record after `head`. Pure; the caller keeps the new head once the line is durable. */
export function linkRecord(prepared: PreparedRecord, head: ChainHead): LinkedRecord {
  const { before, after } = prepared;
  const seq = head.seq + 1;
  const place = `"prev":"${head.hash}","seq":${seq},"uid":"${head.uid}"}${after}}`;
  const hash = sha256(`{${before}"chain":{${place}`);
  const chain = { uid: head.uid, seq, prev: head.hash, hash };
  return {
    record: { ...prepared.record, chain },
    line: `{${before}"chain":{"hash":"${hash}",${place}`,
  };
}

/** Recomputes a record's hash from its content. */
export function hashOfRecord(record: AuditRecord): string {
  const { hash: _hash, ...chain } = record.chain;
  return sha256(canonicalJson({ ...record, chain }));
}

/** What is wrong with one record, seen alone. */
export type RecordFault = 'unreadable' | 'not_canonical' | 'hash_mismatch';

/** What is wrong with a record's place. */
export type PlaceFault = 'missing' | 'out_of_order' | 'prev_mismatch' | 'foreign_chain';

/** Reads one stored line and checks it alone: JSON, canonical spelling, hash. */
export function readLine(line: string): { record: AuditRecord } | { fault: RecordFault } {
  let record: AuditRecord;
  try {
    record = JSON.parse(line) as AuditRecord;
    if (canonicalJson(record) !== line) return { fault: 'not_canonical' };
    if (hashOfRecord(record) !== record.chain.hash) return { fault: 'hash_mismatch' };
  } catch {
    return { fault: 'unreadable' };
  }
  return { record };
}

/** Checks that a record, itself intact, is the one that must follow `head`. */
export function placeFault(record: AuditRecord, head: ChainHead): PlaceFault | undefined {
  const { uid, seq, prev } = record.chain;
  if (uid !== head.uid) return 'foreign_chain';
  if (seq > head.seq + 1) return 'missing';
  if (seq <= head.seq) return 'out_of_order';
  return prev === head.hash ? undefined : 'prev_mismatch';
}
