import type { Invocation } from '../invocation';
import { readFind, type FindAction } from '../find-expression';
import { programName } from '../program';
import { protectedKind } from '../path';
import type { CommandRule } from '../rule';

const DELETING = new Set(['rm', 'unlink', 'shred', 'rmdir', 'srm', 'trash']);

function deletes({ kind, words }: FindAction): boolean {
  return kind === 'delete' || words.some(({ text }) => DELETING.has(programName(text)));
}

/** From the root any deletion is too wide; from other protected places one that picks no names. */
function isTooWide(invocation: Invocation): boolean {
  const { starts, actions } = readFind(invocation.args);
  const kinds = starts.map((start) => protectedKind(start, invocation.places));
  return actions
    .filter(deletes)
    .some(({ isNarrowed }) =>
      kinds.some((kind) => kind === 'root' || (kind !== undefined && !isNarrowed)),
    );
}

const findDelete: CommandRule = {
  id: 'find-delete-protected',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it deletes everything find meets below a protected folder',
  advice: 'start in a sub-folder, or pick the files with -name',
  programs: ['find'],
  matches: isTooWide,
  match: [
    'find . -delete',
    'find / -name "*.log" -delete',
    'find ~ -type f -exec rm -f {} +',
    'find . ! -name keep.txt -delete',
    'find . -name x -o -delete',
  ],
  notMatch: [
    "find . -name '*.pyc' -delete",
    "find . \\( -name '*.o' -o -name '*.a' \\) -delete",
    'find ./build -delete',
    'find . -type d -empty -delete',
    'find . -name "*.ts" -exec grep -l rm {} +',
  ],
};

export const FIND_RULES: readonly CommandRule[] = [findDelete];
