import type { AuditRecord, NewRecord } from './record';

/** The `close` of something whose writer died: same envelope, no content, `data.ending` says what happened. */
export function crashClose(opened: AuditRecord): NewRecord {
  const {
    version: _version,
    time: _time,
    contentHashes: _hashes,
    chain: _chain,
    ...envelope
  } = opened;
  return { ...envelope, phase: 'close', data: { ending: 'crashed' } };
}
