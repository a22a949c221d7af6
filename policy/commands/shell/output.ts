import { argument, isUnresolved, UNKNOWN, type Argument } from '../argument';
import { readFind } from '../find-expression';
import { hasGlob } from '../glob';
import { resolvePath } from '../path';
import { basename } from '../program';
import type { Scope } from './scope';

type Producer = (
  args: readonly string[],
  scope: Scope,
  stdin: string | undefined,
) => string | undefined;

const SILENT = new Set([
  'cd',
  'pushd',
  'popd',
  'true',
  ':',
  'export',
  'set',
  'unset',
  'local',
  'shift',
]);

function unescape(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|.)/gs, (whole, code: string) => {
    if (code.startsWith('x')) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]+$/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8) % 256);
    return { n: '\n', t: '\t', '\\': '\\', r: '\r' }[code] ?? whole;
  });
}

function echo(args: readonly string[]): string {
  const first = args.findIndex((word) => !/^-[neE]+$/.test(word));
  const words = first < 0 ? [] : args.slice(first);
  const flags = (first < 0 ? args : args.slice(0, first)).join('');
  const text = words.join(' ');
  return (flags.includes('e') ? unescape(text) : text) + (flags.includes('n') ? '' : '\n');
}

function printf([format = '', ...values]: readonly string[]): string | undefined {
  if (/%[^sb%]/.test(format)) return undefined;
  const slots = format.match(/%[sb]/g)?.length ?? 0;
  const rounds = slots === 0 ? 1 : Math.max(Math.ceil(values.length / slots), 1);
  const text = unescape(format);
  return Array.from({ length: rounds }, (_, round) => {
    const own = values.slice(round * slots, (round + 1) * slots);
    return text.replace(/%([sb%])/g, (_, kind: string) =>
      kind === '%' ? '%' : (own.shift() ?? ''),
    );
  }).join('');
}

function decodeBase64(args: readonly string[], stdin: string | undefined): string | undefined {
  if (stdin === undefined || !args.some((word) => /^(-d|-D|--d\w*)$/.test(word))) return undefined;
  try {
    return atob(stdin.replace(/\s+/g, ''));
  } catch {
    return undefined;
  }
}

function absolute(text: string | undefined, scope: Scope): string | undefined {
  const path =
    text === undefined ? undefined : resolvePath({ text, isLiteral: true }, scope.places);
  return path && `/${path.join('/')}\n`;
}

const PRODUCERS: Readonly<Record<string, Producer>> = {
  echo,
  printf,
  find: (args) => {
    const { starts, actions } = readFind(args.map(argument));
    const isAll =
      actions.length === 0 && !args.some((word) => /^-(i?name|i?path|i?regex)$/.test(word));
    return isAll ? starts.map(({ text }) => `${text}\n${text}/**\n`).join('') : undefined;
  },
  ls: (args) => {
    const folders = args.filter((word) => !word.startsWith('-'));
    const patterns = folders.map((folder) => (hasGlob(folder) ? folder : `${folder}/*`));
    return `${patterns.length > 0 ? patterns.join('\n') : '*'}\n`;
  },
  pwd: (_, { places }) => (places.cwd === undefined ? undefined : `${places.cwd}\n`),
  cat: (args, _, stdin) => (args.every((word) => word === '-') ? stdin : undefined),
  base64: (args, _, stdin) => decodeBase64(args, stdin),
  which: ([name]) => name && `${name}\n`,
  command: ([flag, name]) => (flag === '-v' && name ? `${name}\n` : undefined),
  realpath: (args, scope) => absolute(args.at(-1), scope),
  readlink: (args, scope) => (args[0] === '-f' ? absolute(args.at(-1), scope) : undefined),
  dirname: ([path], scope) => absolute(path && `${path}/..`, scope),
  basename: ([path]) => path && `${basename(path)}\n`,
  mktemp: () => '/tmp/tmp.aigov-example\n',
  git: (args, { places }) =>
    args.join(' ') === 'rev-parse --show-toplevel' ? `${places.workdir}\n` : undefined,
};

/** What a command prints, for the few whose output follows from the text alone. */
export function plainOutput(
  words: readonly Argument[],
  scope: Scope,
  stdin: string | undefined,
): string | undefined {
  const [name, ...args] = words;
  if (name === undefined || SILENT.has(name.text)) return '';
  const producer = Object.hasOwn(PRODUCERS, name.text) ? PRODUCERS[name.text] : undefined;
  if (producer === undefined) return undefined;
  if (args.some(isUnresolved) && name.text !== 'echo' && name.text !== 'printf') return undefined;
  const texts = args.map(({ text }) => text);
  const output = producer(texts, scope, stdin);
  return output?.includes(UNKNOWN) ? output.replaceAll(/\0+/g, UNKNOWN) : output;
}
