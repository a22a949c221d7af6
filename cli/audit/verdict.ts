import type { BadRecord, RecordProblem, VerifyReport } from '../../audit';
import { plainText } from './plain-text';

/** The outcome of `verify`, for people. */
export function renderVerdict(report: VerifyReport): string {
  const counted = `${report.records} records in ${report.chains} ${report.chains === 1 ? 'chain' : 'chains'}`;
  const lines =
    report.firstBad === undefined ? [`valid: ${counted}`] : renderBad(report.firstBad, counted);
  if (report.checkpointed > 0)
    lines.push(`signed checkpoints vouch for the first ${report.checkpointed}`);
  if (report.lateChains > 0) lines.push(`${report.lateChains} of them began before this ledger`);
  if (report.open > 0) lines.push(`${report.open} not closed yet`);
  if (report.absentContents > 0) lines.push(`${report.absentContents} contents not kept, as noted`);
  if (report.tornBytes > 0) {
    lines.push(`${report.tornBytes} bytes of an unfinished write at the end; never acknowledged`);
  }
  return `${lines.join('\n')}\n`;
}

function renderBad({ chain, seq, id, problem }: BadRecord, counted: string): string[] {
  const where = id === undefined ? `record ${seq}` : `record ${seq} (${plainText(id)})`;
  return [
    `NOT VALID: ${where} of chain ${plainText(chain)}: ${MEANING[problem]}`,
    `${counted} before it`,
  ];
}

const MEANING: Readonly<Record<RecordProblem, string>> = {
  unreadable: 'cannot be read any more',
  not_canonical: 'its bytes were changed',
  hash_mismatch: 'its content was changed',
  missing: 'is not where it must be',
  out_of_order: 'stands in the wrong place',
  prev_mismatch: 'does not follow the record before it',
  foreign_chain: 'belongs to another chain',
  column_altered: 'a column, its reporter or its arrival was changed',
  content_altered: 'its stored content was changed',
  content_missing: 'its stored content is gone',
  close_without_open: 'closes what was never opened',
  cut_off: 'was here and is gone: the end was cut off',
  checkpoint_mismatch: 'is not what a signed checkpoint vouches for',
  damaged: 'the file is damaged',
};
