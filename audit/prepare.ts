import { hash } from 'node:crypto';
import { AigovError } from '../policy';
import { canonicalMembers } from './canonical-json';
import type { AuditRecord, NewRecord } from './record';

/** Most bytes of one record's canonical JSON, content not counted. */
export const MAX_RECORD_BYTES = 1024 * 1024;
/** Most bytes of one record's content, all names together. */
export const MAX_CONTENT_BYTES = 64 * 1024 * 1024;

/** A record before it has a place in a chain. */
export type UnlinkedRecord = Omit<AuditRecord, 'chain'>;

/** A record ready to be linked: rendered once, its content split off. */
export interface PreparedRecord {
  readonly record: UnlinkedRecord;
  /** Canonical members of `record` that stand before and after its `chain`. */
  readonly before: string;
  readonly after: string;
  /** SHA-256 (hex) to UTF-8 text. */
  readonly contents: ReadonlyMap<string, Buffer>;
  /** Record and content, roughly as many bytes as they take on disk. */
  readonly bytes: number;
  /** The end of a thing: it has happened, nothing waits for its record. */
  readonly isLazy: boolean;
}

/** SHA-256, hex, of bytes or of a text's UTF-8 bytes. */
export function sha256(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex');
}

/**
 * Splits content from record and renders the record once. Text that is not well-formed Unicode gets
 * U+FFFD: hostile input must never make a record impossible.
 *
 * @throws AigovError AUDIT_RECORD_TOO_LARGE
 */
export function prepareRecord(input: NewRecord, timeMs: number): PreparedRecord {
  const { content, ...rest } = input;
  const contents = new Map<string, Buffer>();
  const hashes: [name: string, hash: string][] = [];
  let contentBytes = 0;
  for (const [name, text] of Object.entries(content ?? {})) {
    // A lone surrogate becomes U+FFFD, as in toWellFormed.
    const bytes = Buffer.from(text);
    const hash = sha256(bytes);
    hashes.push([name, hash]);
    contents.set(hash, bytes);
    contentBytes += bytes.length;
  }
  const record = { ...rest, version: 1 as const, time: new Date(timeMs).toISOString() };
  const rendered = renderMembers(
    contents.size === 0 ? record : { ...record, contentHashes: Object.fromEntries(hashes) },
  );
  const recordBytes = rendered.before.length + rendered.after.length + 256;
  requireSize('record', recordBytes, MAX_RECORD_BYTES, input);
  requireSize('content', contentBytes, MAX_CONTENT_BYTES, input);
  const isLazy = input.phase === 'close';
  return { ...rendered, contents, bytes: recordBytes + contentBytes, isLazy };
}

type Rendered = Pick<PreparedRecord, 'record' | 'before' | 'after'>;

function renderMembers(record: UnlinkedRecord): Rendered {
  try {
    return renderAround(record);
  } catch {
    return renderAround(repair(record) as UnlinkedRecord);
  }
}

/** The chain is known later, and the record is rendered once. */
function renderAround(record: UnlinkedRecord): Rendered {
  const before = canonicalMembers(record, (key) => key < 'chain');
  const after = canonicalMembers(record, (key) => key >= 'chain');
  return {
    record,
    before: before === '' ? '' : `${before},`,
    after: after === '' ? '' : `,${after}`,
  };
}

/** What JSON cannot carry becomes what comes closest: U+FFFD, null, or nothing. */
function repair(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => repair(item) ?? null);
  if (typeof value !== 'object') return undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.toWellFormed(), repair(member)]),
  );
}

function requireSize(part: string, bytes: number, allowed: number, { kind, id }: NewRecord): void {
  if (bytes <= allowed) return;
  throw new AigovError(
    'AUDIT_RECORD_TOO_LARGE',
    `${kind} ${id}: its ${part} has ${bytes} bytes, at most ${allowed} are allowed`,
    { remedy: 'Shorten what is recorded, or store a hash of it.' },
  );
}
