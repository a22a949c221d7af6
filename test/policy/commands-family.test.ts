import { fc, test as property } from '@fast-check/jest';
import { compileCommands, decideCommand, decideShellText } from '../../policy/commands';
import { RUNS } from './arbitrary';

const policy = { commands: compileCommands([]) };
const options = { numRuns: RUNS };
const place = { cwd: '/home/me/proj', home: '/home/me', workdir: '/home/me/proj' };

jest.setTimeout(300_000);

const PROGRAMS = [
  'rm',
  '/bin/rm',
  '/usr/bin/rm',
  '\\rm',
  "'rm'",
  'r""m',
  "$'\\x72m'",
  'busybox rm',
];
const OPTIONS = [
  '-rf',
  '-fr',
  '-r -f',
  '-Rf',
  '-rfv',
  '--recursive --force',
  '--force --recursive',
  '--rec --fo',
  '-r --force',
  '-rf --',
];
const WRAPPERS = [
  '',
  'sudo ',
  'sudo -n -u root -- ',
  'env A=1 ',
  'nice -n 5 ',
  'timeout -k 1 10 ',
  'nohup ',
  'exec ',
  'time ',
  'X=1 ',
  'true && ',
  'cd . ; ',
];
const SHELLS = [
  (line: string) => line,
  (line: string) => `bash -lc ${quote(line)}`,
  (line: string) => `eval ${quote(line)}`,
  (line: string) => `(${line})`,
  (line: string) => `if true; then ${line}; fi`,
  (line: string) => `echo "$(${line})"`,
  (line: string) => `sh <<'END'\n${line}\nEND\n`,
  (line: string) => `f() { ${line}; }; f`,
];

function quote(line: string): string {
  return `'${line.replaceAll("'", `'\\''`)}'`;
}

/** Every spelling of one deletion. */
function spellings(targets: readonly string[]): readonly string[] {
  return SHELLS.flatMap((shell) =>
    WRAPPERS.flatMap((wrapper) =>
      PROGRAMS.flatMap((program) =>
        OPTIONS.map((options, at) => `${program} ${options} ${targets[at % targets.length]}`),
      ).map((line) => shell(wrapper + line)),
    ),
  );
}

const PROJECT = [
  '/home/me/proj',
  '.',
  './',
  '"$PWD"',
  '../proj',
  '~/proj',
  '$HOME/proj/',
  '*',
  './*',
];
const BUILD = [
  '/home/me/proj/build',
  'build',
  './build/',
  '"$PWD"/build',
  '../proj/build',
  '~/proj/build',
];

function decide(text: string): string {
  const { decision } = decideShellText(policy, { text, ...place });
  return decision.effect === 'deny' ? `deny ${decision.rule}` : 'allow';
}

test('the deletion of the project is decided alike in every spelling', () => {
  const lines = spellings(PROJECT);
  expect(lines.length).toBeGreaterThanOrEqual(1000);
  expect(lines.filter((line) => decide(line) !== 'deny rm-protected-path')).toEqual([]);
});

test('the deletion of a folder in the project is decided alike in every spelling', () => {
  const lines = spellings(BUILD);
  expect(lines.length).toBeGreaterThanOrEqual(1000);
  expect(lines.filter((line) => decide(line) !== 'allow')).toEqual([]);
});

const word = fc.stringMatching(/^[a-z][a-z0-9.]{0,8}$/);
const noise = fc.array(fc.constantFrom('-v', '-I', '--verbose', '--one-file-system', '-x'), {
  maxLength: 4,
});

property.prop(
  [fc.shuffledSubarray(['-r', '-f', '/'], { minLength: 3 }), noise, fc.array(word)],
  options,
)(
  'options may stand anywhere and operands beside the dangerous one change nothing',
  (core, more, operands) => {
    const argv = ['rm', ...core, ...more, ...operands];
    expect(decideCommand(policy, { argv, ...place }).effect).toBe('deny');
  },
);

property.prop([fc.array(word, { minLength: 1 }), noise], options)(
  'folders of the project may be deleted whatever their names',
  (operands, more) => {
    const argv = ['rm', '-rf', ...more, ...operands];
    expect(decideCommand(policy, { argv, ...place }).effect).toBe('allow');
  },
);

property.prop(
  [fc.array(word, { minLength: 1, maxLength: 5 }), fc.constantFrom('/', './', '')],
  options,
)('a path that leads back to the project by dots is the project', (parts, end) => {
  const path = `${parts.join('/')}/${parts.map(() => '..').join('/')}${end === '' ? '' : `/${end}`}`;
  const argv = ['rm', '-rf', path.replace(/\/\/$/, '/')];
  expect(decideCommand(policy, { argv, ...place }).effect).toBe('deny');
});

const WRAPPING = [
  (argv: readonly string[]) => ['sudo', '-u', 'root', ...argv],
  (argv: readonly string[]) => ['env', '-i', 'A=b', ...argv],
  (argv: readonly string[]) => ['timeout', '--signal', 'KILL', '5', ...argv],
  (argv: readonly string[]) => ['nice', '-n', '3', ...argv],
  (argv: readonly string[]) => ['xargs', '-0', '-n', '1', ...argv],
  (argv: readonly string[]) => ['setsid', '--', ...argv],
  (argv: readonly string[]) => ['bash', '-lc', argv.map(quote).join(' ')],
  (argv: readonly string[]) => ['find', 'src', '-name', 'x', '-exec', ...argv, ';'],
];

property.prop(
  [
    fc.array(fc.constantFrom(...WRAPPING), { maxLength: 6 }),
    fc.constantFrom(
      ['rm', '-rf', '/'],
      ['git', 'push', '-f', 'origin', 'main'],
      ['rm', '-rf', 'build'],
    ),
  ],
  options,
)('wrappers around wrappers change no decision', (wrappers, argv) => {
  const wrapped = wrappers.reduce<readonly string[]>((inner, wrap) => wrap(inner), argv);
  expect(decideCommand(policy, { argv: wrapped, ...place }).effect).toBe(
    decideCommand(policy, { argv, ...place }).effect,
  );
});
