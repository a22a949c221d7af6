import { canonicalJson } from '../canonical-json';
import { emptyChain, hashOfRecord, placeFault, type ChainHead, type LinkedRecord } from '../chain';
import { isUuid } from '../id';
import { sha256 } from '../prepare';
import { isRecord, recordShapeFault } from '../record-shape';
import type { Actor } from '../record';
import type { LedgerStore, StoredChain } from './store';

/** Why a batch was refused. Public; in `docs/errors.md`. */
export type IngestRefusal =
  /** Not `{uid, records, contents}`, or a record without the right fields. */
  | 'AUDIT_BATCH_INVALID'
  /** A record's hash does not fit its bytes, or a content's hash its text. */
  | 'AUDIT_HASH_MISMATCH'
  /** Records before the first one sent are not here. */
  | 'AUDIT_CHAIN_GAP'
  /** Another record stands at that place already, or `prev` names another one. */
  | 'AUDIT_CHAIN_FORK'
  /** The chain belongs to somebody else. */
  | 'AUDIT_CHAIN_FOREIGN';

export type IngestResult =
  | {
      readonly outcome: 'accepted';
      /** Everything up to here is durable. */
      readonly acknowledged: number;
      /** Records new to this ledger. */
      readonly stored: number;
    }
  | {
      readonly outcome: 'refused';
      readonly code: IngestRefusal;
      /** What is wrong, without content. */
      readonly detail: string;
      /** The first sequence number that can be taken, where that is known. */
      readonly expectedSeq?: number;
    };

type Refused = Extract<IngestResult, { outcome: 'refused' }>;

interface CheckedBatch {
  readonly uid: string;
  readonly linked: readonly LinkedRecord[];
  readonly contents: ReadonlyMap<string, string>;
}

/** Takes a batch as it came over the wire. Call inside a transaction. */
export function ingestBatch(
  store: LedgerStore,
  batch: unknown,
  reporter: Actor,
  receivedMs: number,
): IngestResult {
  const checked = checkBatch(batch);
  if ('outcome' in checked) return checked;
  const chain = store.findChain(checked.uid);
  if (chain !== undefined && chain.reporter?.user !== reporter.user) {
    return refuse('AUDIT_CHAIN_FOREIGN', `chain ${checked.uid} belongs to another user`);
  }
  const start = chain ?? startOf(checked);
  const fresh = takeFresh(store, start, checked.linked);
  if (!Array.isArray(fresh)) return fresh;
  if (fresh.length === 0) return accepted(start.seq, 0);
  const grown = store.append(chain ?? store.createChain(start, reporter), fresh, receivedMs);
  storeContents(store, fresh, checked.contents, receivedMs);
  return accepted(grown.seq, fresh.length);
}

function checkBatch(batch: unknown): CheckedBatch | Refused {
  const { uid, records, contents } = (batch ?? {}) as Record<string, unknown>;
  if (!isUuid(uid) || !Array.isArray(records))
    return refuse('AUDIT_BATCH_INVALID', 'uid or records');
  const linked: LinkedRecord[] = [];
  for (const [index, record] of (records as unknown[]).entries()) {
    if (!isRecord(record)) {
      return refuse('AUDIT_BATCH_INVALID', `records[${index}].${recordShapeFault(record)}`);
    }
    if (record.chain.uid !== uid)
      return refuse('AUDIT_BATCH_INVALID', `records[${index}].chain.uid`);
    if (!hasRightHash(record)) return refuse('AUDIT_HASH_MISMATCH', `record ${record.chain.seq}`);
    linked.push({ record, line: canonicalJson(record) });
  }
  const checkedContents = checkContents(contents);
  return checkedContents instanceof Map
    ? { uid, linked, contents: checkedContents }
    : (checkedContents as Refused);
}

/** Text that canonical JSON cannot carry has no right hash either. */
function hasRightHash(record: LinkedRecord['record']): boolean {
  try {
    return hashOfRecord(record) === record.chain.hash;
  } catch {
    return false;
  }
}

function checkContents(contents: unknown): ReadonlyMap<string, string> | Refused {
  const checked = new Map<string, string>();
  for (const [hash, text] of Object.entries(contents ?? {})) {
    if (typeof text !== 'string') return refuse('AUDIT_BATCH_INVALID', `contents.${hash}`);
    if (sha256(text) !== hash) return refuse('AUDIT_HASH_MISMATCH', `contents.${hash}`);
    checked.set(hash, text);
  }
  return checked;
}

/**
 * Where a chain nobody here has seen begins. A workspace has deleted what another ledger acknowledged, so after that
 * ledger is lost its chain goes on in the middle; `verify` counts such chains.
 */
function startOf({ uid, linked }: CheckedBatch): ChainHead {
  const first = linked[0]?.record.chain;
  return first === undefined ? emptyChain(uid) : { uid, seq: first.seq - 1, hash: first.prev };
}

/** The records that are new here, each in its place. What is known already must be the same. */
function takeFresh(
  store: LedgerStore,
  start: ChainHead | StoredChain,
  linked: readonly LinkedRecord[],
): LinkedRecord[] | Refused {
  let head: ChainHead = start;
  const fresh: LinkedRecord[] = [];
  for (const candidate of linked) {
    const { seq } = candidate.record.chain;
    if ('key' in start && seq <= start.seq) {
      const stored = store.findLine(start, seq);
      if (stored !== candidate.line)
        return stored === undefined ? gap(seq, start.seq + 1) : forked(seq);
      continue;
    }
    const fault = placeFault(candidate.record, head);
    if (fault === 'missing') return gap(seq, head.seq + 1);
    if (fault !== undefined) return forked(seq);
    fresh.push(candidate);
    head = candidate.record.chain;
  }
  return fresh;
}

function storeContents(
  store: LedgerStore,
  linked: readonly LinkedRecord[],
  contents: ReadonlyMap<string, string>,
  storedMs: number,
): void {
  for (const { record } of linked) {
    for (const hash of Object.values(record.contentHashes ?? {})) {
      const text = contents.get(hash);
      if (text === undefined) store.addAbsence(hash, storedMs);
      else store.addContent(hash, text, storedMs);
    }
  }
}

function accepted(acknowledged: number, stored: number): IngestResult {
  return { outcome: 'accepted', acknowledged, stored };
}

function gap(seq: number, expectedSeq: number): Refused {
  return {
    ...refuse('AUDIT_CHAIN_GAP', `record ${seq} came, ${expectedSeq} is next`),
    expectedSeq,
  };
}

function forked(seq: number): Refused {
  return refuse('AUDIT_CHAIN_FORK', `another record stands at ${seq}`);
}

function refuse(code: IngestRefusal, detail: string): Refused {
  return { outcome: 'refused', code, detail };
}
