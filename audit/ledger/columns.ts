import { hash as digest } from 'node:crypto';
import { canonicalJson } from '../canonical-json';
import type { Actor, AuditRecord } from '../record';

/** What the columns of `record` repeat from `body`, in the order of `COLUMN_NAMES`. */
export const COLUMN_NAMES = [
  'seq',
  'id',
  'kind',
  'phase',
  'time_ms',
  'user',
  'workspace_id',
  'session_id',
  'client',
  'provider',
  'model',
] as const;

/** `reporter` is whose token shipped the record; null for the ledger's own chain. */
export function columnsOf(record: AuditRecord, reporter: Actor | null): (string | number | null)[] {
  const { data } = record;
  return [
    record.chain.seq,
    record.id,
    record.kind,
    record.phase,
    Date.parse(record.time),
    reporter?.user ?? record.actor?.user ?? null,
    record.workspace?.id ?? null,
    record.sessionId ?? null,
    record.client ?? null,
    typeof data['provider'] === 'string' ? data['provider'] : null,
    typeof data['model'] === 'string' ? data['model'] : null,
  ];
}

/** What the ledger adds to a record. */
export interface Arrival {
  /** Place in the ledger, counted from 1. */
  readonly entry: number;
  /** Milliseconds since the epoch. */
  readonly receivedMs: number;
  /** Whose token shipped the record; null for the ledger's own chain. */
  readonly reporter: Actor | null;
}

/** Leaf hash of the ledger's Merkle tree (RFC 6962 §2.1): the record's hash and its arrival. */
export function leafOf(hash: string, { entry, receivedMs, reporter }: Arrival): Buffer {
  const leaf = canonicalJson({ entry, hash, receivedMs, reporter });
  return digest('sha256', `\0${leaf}`, 'buffer');
}
