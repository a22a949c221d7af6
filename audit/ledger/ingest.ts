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
  /** SHA-256 (hex) to UTF-8 text. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Takes a batch as it came over the wire. */
export async function ingestBatch(
  store: LedgerStore,
  batch: unknown,
  reporter: Actor,
  receivedMs: number,
): Promise<IngestResult> {
  const checked = checkBatch(batch);
  if ('outcome' in checked) return checked;
  for (;;) {
    const result = await tryIngest(store, checked, reporter, receivedMs);
    if (result !== 'moved') return result;
  }
}

/** `moved`: another server took records of the same chain meanwhile. */
async function tryIngest(
  store: LedgerStore,
  checked: CheckedBatch,
  reporter: Actor,
  receivedMs: number,
): Promise<IngestResult | 'moved'> {
  const known = await store.findChain(checked.uid);
  if (known !== undefined && known.reporter?.user !== reporter.user) {
    return refuse('AUDIT_CHAIN_FOREIGN', `chain ${checked.uid} belongs to another user`);
  }
  const chain = known ?? { ...startOf(checked), reporter };
  const fresh = await takeFresh(store, known, chain, checked.linked);
  if (!Array.isArray(fresh)) return fresh;
  const last = fresh.at(-1)?.record.chain;
  if (last === undefined) return accepted(chain.seq, 0);
  const { contents } = checked;
  const outcome = await store.append({ chain, linked: fresh, contents, receivedMs });
  return outcome === 'moved' ? 'moved' : accepted(last.seq, fresh.length);
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

function checkContents(contents: unknown): ReadonlyMap<string, Uint8Array> | Refused {
  const checked = new Map<string, Uint8Array>();
  for (const [hash, text] of Object.entries(contents ?? {})) {
    if (typeof text !== 'string') return refuse('AUDIT_BATCH_INVALID', `contents.${hash}`);
    const bytes = Buffer.from(text);
    if (sha256(bytes) !== hash) return refuse('AUDIT_HASH_MISMATCH', `contents.${hash}`);
    checked.set(hash, bytes);
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
async function takeFresh(
  store: LedgerStore,
  known: StoredChain | undefined,
  start: ChainHead,
  linked: readonly LinkedRecord[],
): Promise<LinkedRecord[] | Refused> {
  const repeated = known === undefined ? [] : linked.filter(isUpTo(known.seq));
  const refusal = await refuseChanged(store, start, repeated);
  if (refusal !== undefined) return refusal;
  let head = start;
  const fresh: LinkedRecord[] = [];
  for (const candidate of linked.slice(repeated.length)) {
    const { seq } = candidate.record.chain;
    const fault = placeFault(candidate.record, head);
    if (fault === 'missing') return gap(seq, head.seq + 1);
    if (fault !== undefined) return forked(seq);
    fresh.push(candidate);
    head = candidate.record.chain;
  }
  return fresh;
}

function isUpTo(seq: number): (linked: LinkedRecord) => boolean {
  return ({ record }) => record.chain.seq <= seq;
}

async function refuseChanged(
  store: LedgerStore,
  { uid, seq: lastSeq }: ChainHead,
  repeated: readonly LinkedRecord[],
): Promise<Refused | undefined> {
  const first = repeated[0]?.record.chain.seq;
  if (first === undefined) return undefined;
  const stored = await store.readLines(uid, first, repeated.length);
  const changed = repeated.find(({ line }, index) => line !== stored[index]);
  if (changed === undefined) return undefined;
  return stored.length < repeated.length
    ? gap(first, lastSeq + 1)
    : forked(changed.record.chain.seq);
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
