import type { Argument } from '../argument';
import type { Invocation } from '../invocation';
import { knownOptions } from '../known-options';
import { has, optionSpec, parseArguments } from '../options';
import type { CommandRule } from '../rule';
import { hitsProtected } from './files';

const NO_OPTIONS = optionSpec('');

function recursiveOperands({ program, args }: Invocation): readonly Argument[] {
  const spec = knownOptions(program === 'chmod' ? 'chmod' : 'chown') ?? NO_OPTIONS;
  const modes = args.filter(({ text }) => /^-[rwxXst]+$/.test(text));
  const parsed = parseArguments(
    spec,
    args.filter((word) => !modes.includes(word)),
  );
  if (!has(parsed, 'recursive')) return [];
  const hasMode = modes.length > 0 || has(parsed, 'reference');
  return hasMode ? parsed.operands : parsed.operands.slice(1);
}

const changeMode: CommandRule = {
  id: 'chmod-recursive-protected',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it changes the permissions of every file in a system folder or a home',
  advice: 'name the files whose permissions are wrong',
  programs: ['chmod', 'setfacl'],
  matches: (invocation) =>
    hitsProtected(recursiveOperands(invocation), invocation, ['project', 'git', 'keepsake']),
  match: ['chmod -R 777 /', 'chmod --recursive a+rwx /etc', 'chmod 000 -R ~', 'chmod -R -x /usr'],
  notMatch: [
    'chmod -R 755 .',
    'chmod 777 script.sh',
    'chmod -R u+w node_modules',
    'chmod 700 ~/.ssh',
    'chmod -R go-rwx ~/.ssh',
  ],
};

const changeOwner: CommandRule = {
  id: 'chown-recursive-protected',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it changes the owner of every file in a system folder',
  advice: 'name the files whose owner is wrong',
  programs: ['chown', 'chgrp'],
  matches: (invocation) =>
    hitsProtected(recursiveOperands(invocation), invocation, [
      'project',
      'git',
      'home',
      'keepsake',
      'ancestor',
    ]),
  match: ['chown -R me /', 'chown --recursive me:me /usr', 'chgrp -R users /etc'],
  notMatch: ['chown -R me:me .', 'chown -R me ~', 'chown me /etc/hosts'],
};

export const PERMISSION_RULES: readonly CommandRule[] = [changeMode, changeOwner];
