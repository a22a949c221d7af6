import type { Actor, AuditRecord } from './record';

/** One audited thing as a reader wants it: `open` and `close` joined, or an `event`. */
export interface AuditEntry extends Omit<
  AuditRecord,
  'version' | 'phase' | 'chain' | 'contentHashes'
> {
  /** When it began: RFC 3339, UTC. */
  readonly time: string;
  /** When it was closed; absent while it runs and for events. */
  readonly endedAt?: string;
  /** `running` while open. Events have none. */
  readonly ending?: string;
  /** Facts of both records, those of the close first. */
  readonly data: AuditRecord['data'];
  /** Name to SHA-256 of all content. */
  readonly contentHashes: { readonly [name: string]: string };
  /** Whose token shipped the records; absent when the server wrote them itself. `actor` is this person then. */
  readonly reporter?: Actor;
  /** Places of its records in their chain. */
  readonly chain: { readonly uid: string; readonly seqs: readonly number[] };
}

/** Joins what was recorded of one thing. The verified identity of a reporter wins over what a record claims. */
export function joinEntry(
  first: AuditRecord,
  close: AuditRecord | undefined,
  reporter: Actor | undefined,
): AuditEntry {
  const { version: _version, phase, chain, contentHashes, ...envelope } = first;
  return {
    ...envelope,
    ...(close === undefined ? {} : { endedAt: close.time }),
    ...(phase === 'event' ? {} : { ending: endingOf(close) }),
    ...(reporter === undefined ? {} : { actor: reporter, reporter }),
    data: { ...first.data, ...close?.data },
    contentHashes: { ...contentHashes, ...close?.contentHashes },
    chain: {
      uid: chain.uid,
      seqs: close === undefined ? [chain.seq] : [chain.seq, close.chain.seq],
    },
  };
}

function endingOf(close: AuditRecord | undefined): string {
  if (close === undefined) return 'running';
  const { ending } = close.data;
  return typeof ending === 'string' ? ending : 'completed';
}

/** An entry with the text of its content; null where it is not kept any more. */
export interface EntryDetail extends AuditEntry {
  readonly content: { readonly [name: string]: string | null };
}
