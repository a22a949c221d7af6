import type { CommandRule } from '../rule';
import { REDIRECTION, SELF_SPAWNING } from '../shell/walk';
import type { Argument } from '../argument';
import type { Invocation } from '../invocation';
import { resolvePath } from '../path';

const forkBomb: CommandRule = {
  id: 'fork-bomb',
  severity: 'critical',
  mode: 'enforce',
  reason:
    'it is a function that starts itself twice with each call, until the machine stands still',
  advice: 'do not run it',
  programs: [SELF_SPAWNING],
  matches: () => true,
  match: [':(){ :|:& };:', 'bomb() { bomb | bomb & }; bomb', 'f() { f & f & }; f'],
  notMatch: ['f() { sleep 1 & }; f', 'g() { cat | sort; }; g', 'h() { h; }'],
};

const killAll: CommandRule = {
  id: 'kill-everything',
  severity: 'high',
  mode: 'enforce',
  reason: 'it ends every process the user may end',
  advice: 'name the process',
  programs: ['kill', 'pkill', 'killall5'],
  matches: ({ program, args }) => {
    const words = args.map(({ text }) => text);
    if (program === 'killall5') return true;
    if (program === 'pkill')
      return words.some((word) => /^(\.|\.\*|''|\^)$/.test(word)) || words.join(' ') === '-u root';
    return words.some((word, at) => word === '-1' && (at > 0 || words[at + 1] === undefined));
  },
  match: ['kill -9 -1', 'kill -- -1', 'kill -s KILL -1', 'pkill -9 .', 'pkill -f ".*"'],
  notMatch: ['kill -9 1234', 'kill -1 1234', 'pkill -f vite', 'kill %1', 'kill -9 -1234'],
};

const powerOff: CommandRule = {
  id: 'power-off',
  severity: 'medium',
  mode: 'enforce',
  reason: 'it stops or restarts the machine under everybody working on it',
  advice: 'restart single services',
  programs: ['shutdown', 'reboot', 'halt', 'poweroff', 'init', 'telinit', 'systemctl'],
  matches: ({ program, args }) => {
    const words = args.map(({ text }) => text).filter((text) => !text.startsWith('-'));
    if (args.some(({ text }) => /^(--help|--version|-c|--show)$/.test(text))) return false;
    if (program === 'systemctl')
      return /^(poweroff|reboot|halt|kexec|emergency|rescue|soft-reboot)$/.test(words[0] ?? '');
    return program.endsWith('init') ? /^[016sS]$/.test(words[0] ?? '') : true;
  },
  match: ['shutdown -h now', 'sudo reboot', 'init 0', 'systemctl poweroff'],
  notMatch: [
    'systemctl restart nginx',
    'shutdown -c',
    'systemctl status reboot.target',
    'npm init',
  ],
};

const crontab: CommandRule = {
  id: 'crontab-remove',
  severity: 'medium',
  mode: 'monitor',
  reason: 'it removes all scheduled jobs of the user without a copy',
  advice: 'save crontab -l to a file first',
  programs: ['crontab'],
  matches: ({ args }) => args.some(({ text }) => /^-[a-z]*r[a-z]*$/.test(text)),
  match: ['crontab -r', 'crontab -u me -r'],
  notMatch: ['crontab -l', 'crontab file', 'crontab -e'],
};

/** Where the runtime keeps its policy, its spool and its records. */
function isRuntimePath(word: Argument, { places }: Pick<Invocation, 'places'>): boolean {
  if (!word.text.includes('aigov') && !places.cwd?.includes('aigov')) return false;
  const path = resolvePath(word, places)?.join('/') ?? '';
  return /(^|\/)(\.aigov|\.config\/aigov|\.local\/(share|state)\/aigov|\.cache\/aigov|(etc|var\/lib|var\/log|opt|run)\/aigov)(\/|$)/.test(
    path,
  );
}

const WRITERS = [
  'rm',
  'mv',
  'cp',
  'tee',
  'truncate',
  'dd',
  'shred',
  'sed',
  'ln',
  'chmod',
  'chown',
  'unlink',
  'rmdir',
  'install',
  'rsync',
  'sqlite3',
  'touch',
  'vi',
  'vim',
  'nano',
  'patch',
  'find',
  REDIRECTION,
];

/** Whether the command would write there, as far as a look at it tells. */
function writes({ program, args }: Invocation): boolean {
  const words = args.map(({ text }) => text);
  if (program === 'sed') return words.some((word) => /^(-[a-zA-Z]*i|--in-place)/.test(word));
  if (program === 'find')
    return words.some((word) => word === '-delete' || word.startsWith('-exec'));
  if (program === 'sqlite3') return !words.some((word) => word === '-readonly');
  return true;
}

const runtimeFiles: CommandRule = {
  id: 'aigov-tamper',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it changes or deletes files of the governance runtime: policy, audit spool or ledger',
  advice: 'leave them alone; reading is possible with aigov audit',
  programs: WRITERS,
  matches: (invocation) => {
    if (!writes(invocation)) return false;
    const words = invocation.args.map((word) => ({ ...word, text: word.text.replace(/^of=/, '') }));
    const targets = /^(cp|rsync|install|ln)$/.test(invocation.program) ? words.slice(-1) : words;
    return targets.some((word) => isRuntimePath(word, invocation));
  },
  match: [
    'rm -rf ~/.aigov',
    'echo x > ~/.local/state/aigov/spool/1.log',
    'sed -i s/a/b/ ~/.config/aigov/policy.yaml',
    'truncate -s 0 /var/lib/aigov/ledger.db',
    'mv ~/.local/share/aigov /tmp/',
  ],
  notMatch: [
    'cat ~/.aigov/policy.yaml',
    'cp ~/.aigov/policy.yaml .',
    'rm -rf aigov-notes',
    'sed -n 1p ~/.aigov/x',
    'rm docs/aigov.md',
  ],
};

const runtimeProcess: CommandRule = {
  id: 'aigov-stop',
  severity: 'high',
  mode: 'enforce',
  reason: 'it ends the governance runtime, after which nothing can run',
  advice: 'leave it running',
  programs: ['pkill', 'killall', 'aigov', 'systemctl'],
  matches: ({ program, args }) => {
    const words = args.map(({ text }) => text);
    if (program === 'aigov') return words[0] === 'workspace' && words[1] === 'stop';
    if (program === 'systemctl')
      return (
        words.some((word) => /^(stop|kill|disable|mask)$/.test(word)) &&
        words.some((word) => /aigov/.test(word))
      );
    return words.some((word) => /aigov/.test(word));
  },
  match: ['pkill -f aigov', 'killall aigov', 'aigov workspace stop', 'systemctl --user stop aigov'],
  notMatch: ['aigov workspace status', 'pgrep aigov', 'systemctl status aigov', 'pkill -f vite'],
};

export const SYSTEM_RULES: readonly CommandRule[] = [
  forkBomb,
  killAll,
  runtimeFiles,
  runtimeProcess,
  powerOff,
  crontab,
];
