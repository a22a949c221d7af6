import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEntry, EntryQuery } from '../../audit';
import type { RecordSource } from './source';

const POLL_MS = 500;
/** Entries looked at again each time, so that an ending is shown once it comes. */
const WINDOW = 200;

/** Prints entries that are new or have ended since, until the process is interrupted. */
export async function follow(
  source: Pick<RecordSource, 'timeline'>,
  query: EntryQuery,
  shown: readonly AuditEntry[],
  print: (entry: AuditEntry) => void,
): Promise<never> {
  let seen = new Set(shown.map(stateOf));
  for (;;) {
    await sleep(POLL_MS);
    const { entries } = await source.timeline({ ...query, limit: WINDOW });
    for (const entry of entries.toReversed()) if (!seen.has(stateOf(entry))) print(entry);
    seen = new Set([...entries, ...shown].map(stateOf));
  }
}

function stateOf({ id, chain, ending }: AuditEntry): string {
  return `${chain.uid} ${id} ${ending}`;
}
