import { styleText } from 'node:util';
import type { AuditEntry } from '../../audit';
import type { CliIo } from '../io';
import { describeVerdict, describeWhat } from './describe';
import { plainText, shorten } from './plain-text';

const KIND_WIDTH = 'workspace_start'.length;
const WHO_WIDTH = 24;
/** Used when the output is no terminal: whole lines, for grep. */
const UNBOUNDED = 4096;

/** One entry as one line: time, kind, who, what, verdict. */
export function renderLine(entry: AuditEntry, io: Pick<CliIo, 'stdout' | 'environment'>): string {
  const verdict = plainText(describeVerdict(entry));
  const head = [
    entry.time.replace(/\.\d+Z$/, 'Z'),
    entry.kind.padEnd(KIND_WIDTH),
    shorten(plainText(who(entry)), WHO_WIDTH).padEnd(WHO_WIDTH),
  ].join('  ');
  const columns = io.stdout.isTTY ? (io.stdout.columns ?? 120) : UNBOUNDED;
  const what = shorten(
    plainText(describeWhat(entry)),
    Math.max(columns - head.length - verdict.length - 4, 20),
  );
  const isDenied = entry.data['effect'] === 'deny';
  const isColoured = io.stdout.isTTY === true && io.environment['NO_COLOR'] === undefined;
  const shown =
    isDenied && isColoured ? styleText('red', verdict, { validateStream: false }) : verdict;
  return `${head}  ${what}  ${shown}`.trimEnd();
}

/** The person, a question mark when only claimed, and the workspace. */
function who({ actor, workspace }: AuditEntry): string {
  const user = actor === undefined ? '-' : `${actor.user}${actor.isVerified ? '' : '?'}`;
  return workspace === undefined ? user : `${user}/${workspace.name}`;
}
