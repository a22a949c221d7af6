import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditRecord } from '../record';

/** What a spool remembers besides its segments. */
export interface SpoolState {
  /** Everything up to this sequence number is with the server; -1 for nothing. */
  readonly acknowledgedSeq: number;
  /** The last record of the segments already deleted. */
  readonly pruned?: { readonly uid: string; readonly seq: number; readonly hash: string };
  /** `open` records in deleted segments that have no `close` yet. */
  readonly prunedOpen: readonly AuditRecord[];
}

const EMPTY: SpoolState = { acknowledgedSeq: -1, prunedOpen: [] };

/** A missing or unreadable state only means that records are shipped again, which the server takes as known. */
export async function loadState(directory: string): Promise<SpoolState> {
  try {
    return JSON.parse(await readFile(join(directory, 'state.json'), 'utf8')) as SpoolState;
  } catch {
    return EMPTY;
  }
}

/** Replaces the state durably: a crash leaves the old one or the new one. */
export async function saveState(directory: string, state: SpoolState): Promise<void> {
  const draft = join(directory, 'state.json.new');
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(state));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(draft, join(directory, 'state.json'));
  await syncDirectory(directory);
}

/** Makes created, renamed and deleted names of a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const file = await open(directory, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
