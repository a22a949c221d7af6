import type { Invocation } from '../invocation';
import { optionSpec, parseLeadingOptions } from '../options';
import { isLoader } from '../program';
import { innerText, innerWords, shown, unresolved, type Inner, type Unwrapper } from './inner';

/** Sub-commands that run the words after them: `poetry run CMD`, `mise exec -- CMD`. */
const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  poetry: ['run'],
  pipenv: ['run'],
  uv: ['run'],
  pdm: ['run'],
  hatch: ['run'],
  rye: ['run'],
  conda: ['run'],
  mise: ['exec', 'x'],
  asdf: ['exec'],
  rbenv: ['exec'],
  bundle: ['exec'],
  npm: ['exec', 'x'],
  pnpm: ['exec', 'dlx'],
  yarn: ['exec', 'dlx'],
  bun: ['x'],
  op: ['run'],
  aigov: ['run'],
  perf: ['stat', 'record', 'trace'],
};

/** Sub-commands that run their words in a container or on another machine; none: always. */
const REMOTE: Readonly<Record<string, readonly string[]>> = {
  ssh: [],
  mosh: [],
  rsh: [],
  pdsh: [],
  ansible: [],
  docker: ['exec', 'run'],
  kubectl: ['exec', 'run', 'debug'],
  lxc: ['exec'],
  vagrant: ['ssh'],
  coder: ['ssh', 'exp'],
  adb: ['shell'],
  gh: ['codespace'],
};

const RUNNER_OPTIONS = optionSpec(
  'c|call= p|package= n|name= with= python= env-file= C|cwd= e= o= w|workspace=',
);
const MULTI_CALL_NAMES = ['busybox', 'toybox', 'coreutils', 'uutils', 'sbase-box', 'hashbox'];

function unwrapRunner(subcommands: readonly string[], { args }: Invocation): readonly Inner[] {
  const { operands } = parseLeadingOptions(RUNNER_OPTIONS, args);
  const [first, ...rest] = operands;
  return subcommands.includes(first?.text ?? '') ? runnerWords({ args: rest }) : [];
}

/** `npx [options] CMD`, `npx -c TEXT`. */
function runnerWords({ args }: Pick<Invocation, 'args'>): readonly Inner[] {
  const { options, operands } = parseLeadingOptions(RUNNER_OPTIONS, args);
  const texts = (options.get('call') ?? []).map(({ text }) => innerText(text));
  const words = operands.map((word, at) =>
    at === 0 ? { ...word, text: word.text.replace(/(?<=.)@[^/]*$/, '') } : word,
  );
  return [...texts, ...innerWords(words)];
}

function unwrapRemote(subcommands: readonly string[], { args }: Invocation): readonly Inner[] {
  const isRemote =
    subcommands.length === 0 || args.slice(0, 4).some(({ text }) => subcommands.includes(text));
  return isRemote ? [unresolved('remote_command', shown(args))] : [];
}

/** `git -c alias.x='!TEXT' x` makes git a shell. */
function unwrapGit({ args }: Invocation): readonly Inner[] {
  const settings = args.filter((_, at) => args[at - 1]?.text === '-c');
  return settings.flatMap(({ text }) => {
    const [, command] =
      /^(?:alias\.[^=]+=!|core\.(?:pager|editor|sshcommand)=)(.*)$/is.exec(text) ?? [];
    return command === undefined ? [] : [innerText(command)];
  });
}

/** `nix-shell --run TEXT`, `nix develop -c CMD`. */
function unwrapNix({ args }: Invocation): readonly Inner[] {
  const after = (expression: RegExp) => {
    const at = args.findIndex(({ text }) => expression.test(text));
    return at < 0 ? [] : args.slice(at + 1);
  };
  const [text] = after(/^--run$/);
  return [...(text ? [innerText(text.text)] : []), ...innerWords(after(/^(-c|--command)$/))];
}

/** `tmux new-session TEXT`, `send-keys TEXT`: every word that could be a command line. */
function unwrapTerminal({ args }: Invocation): readonly Inner[] {
  return args.filter(({ text }) => text.includes(' ')).map(({ text }) => innerText(text));
}

/** A dynamic loader runs the program given to it. */
export function unwrapLoader({ program, args }: Invocation): readonly Inner[] {
  if (!isLoader(program)) return [];
  const options = optionSpec('library-path= preload= argv0= audit= inhibit-rpath= list verify');
  return innerWords(parseLeadingOptions(options, args).operands);
}

/** Programs with a sub-command that runs something, multi-call binaries, and what runs elsewhere. */
export const RUNNER_WRAPPERS: readonly (readonly [string, Unwrapper])[] = [
  ...Object.entries(REMOTE).map(
    ([name, words]) => [name, (one: Invocation) => unwrapRemote(words, one)] as const,
  ),
  ...Object.entries(RUNNERS).map(
    ([name, words]) => [name, (one: Invocation) => unwrapRunner(words, one)] as const,
  ),
  ...MULTI_CALL_NAMES.map((name) => [name, ({ args }: Invocation) => innerWords(args)] as const),
  ['npx', runnerWords],
  ['bunx', runnerWords],
  ['pnpx', runnerWords],
  ['uvx', runnerWords],
  ['git', unwrapGit],
  ['nix-shell', unwrapNix],
  ['nix', unwrapNix],
  ['tmux', unwrapTerminal],
  ['screen', unwrapTerminal],
  ['concurrently', unwrapTerminal],
  ['hyperfine', unwrapTerminal],
];
