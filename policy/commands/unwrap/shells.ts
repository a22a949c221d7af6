import type { Argument } from '../argument';
import type { Invocation } from '../invocation';
import { has, optionSpec, parseArguments, parseLeadingOptions } from '../options';
import { innerText, innerWords, unresolved, type Inner, type Unwrapper } from './inner';

const SHELL_NAMES = 'sh bash dash ash zsh ksh ksh93 mksh yash fish rbash hush'.split(' ');
const SHELL_OPTIONS = optionSpec(
  'c|command i l|login r s e u x v n a b f h k m p t B C E H P T O= o= rcfile= init-file= norc noprofile posix restricted verbose debugger noediting',
);
const SU_OPTIONS = optionSpec(
  'c|command= session-command= f|fast g|group= G|supp-group= l|login m|p|preserve-environment P|pty s|shell= u|user= w|whitelist-environment= T|no-pty',
);
const WATCH_OPTIONS = optionSpec(
  'b|beep c|color d|differences=? e|errexit g|chgexit n|interval= p|precise q|equexit= t|no-title w|no-wrap x|exec r|no-rerun s=',
);

/** What a shell runs: its `-c` text, its standard input, or a script file. */
function unwrapShell({ args, stdin }: Invocation): readonly Inner[] {
  const parsed = parseLeadingOptions(SHELL_OPTIONS, args.map(plusOption));
  const [first, ...parameters] = parsed.operands;
  if (has(parsed, 'command')) return first ? [{ kind: 'text', text: first, parameters }] : [];
  return first && !has(parsed, 's') && first.text !== '-'
    ? scriptFile(first, stdin)
    : scriptFromInput(stdin);
}

const STANDARD_INPUT = /^\/dev\/stdin$|^\/(dev|proc\/(self|\d+))\/fd\/0$/;

/** A script by its path: standard input under one of its names, what a process substitution prints, else unknown. */
function scriptFile(path: Argument, stdin: string | undefined): readonly Inner[] {
  if (STANDARD_INPUT.test(path.text)) return scriptFromInput(stdin);
  if (path.content !== undefined) return [innerText(path.content)];
  return [unresolved('script_file', path.text)];
}

function scriptFromInput(stdin: string | undefined): readonly Inner[] {
  return [
    stdin === undefined ? unresolved('script_from_input', 'standard input') : innerText(stdin),
  ];
}

/** `source FILE` and `. FILE`. */
function sourced({ args, stdin }: Invocation): readonly Inner[] {
  const [path] = args.filter(({ text }) => text !== '--');
  return path === undefined ? [] : scriptFile(path, stdin);
}

/** `bash +x` switches an option off: an option all the same. */
function plusOption(word: Argument): Argument {
  return /^\+[a-z]/i.test(word.text) ? { ...word, text: '-x' } : word;
}

/** `su [user] -c TEXT`, `runuser -u user CMD`. */
function unwrapSu({ args }: Invocation): readonly Inner[] {
  const { options } = parseArguments(SU_OPTIONS, args);
  const texts = [...(options.get('command') ?? []), ...(options.get('session-command') ?? [])];
  return [
    ...texts.map((text) => ({ kind: 'text' as const, text })),
    ...innerWords(options.has('user') ? parseLeadingOptions(SU_OPTIONS, args).operands : []),
  ];
}

/** `eval` and `watch` join their words with spaces and hand them to a shell. */
function joined(words: readonly Argument[]): readonly Inner[] {
  return words.length === 0 ? [] : [innerText(words.map(({ text }) => text).join(' '))];
}

/** `trap TEXT SIGNAL…` runs its text later, `alias NAME=TEXT` when the name is typed. */
function laterText({ program, args }: Invocation): readonly Inner[] {
  const words = args.filter(({ text }) => !text.startsWith('-'));
  if (program === 'trap') return words.slice(0, 1).map(({ text }) => innerText(text));
  return words.flatMap(({ text }) =>
    text.includes('=') ? [innerText(text.slice(text.indexOf('=') + 1))] : [],
  );
}

/** `at` and `batch` run what they read. */
function fromInput({ program, args, stdin }: Invocation): readonly Inner[] {
  if (stdin !== undefined) return [innerText(stdin)];
  const isListing = args.some(({ text }) => /^-[lrqdc]/.test(text));
  return isListing ? [] : [unresolved('script_from_input', program)];
}

/** Shells and what hands text to them, by program. */
export const SHELL_WRAPPERS: readonly (readonly [string, Unwrapper])[] = [
  ...SHELL_NAMES.map((name) => [name, unwrapShell] as const),
  ['su', unwrapSu],
  ['runuser', unwrapSu],
  ['eval', ({ args }) => joined(args.filter(({ text }) => text !== '--'))],
  ['watch', ({ args }) => joined(parseLeadingOptions(WATCH_OPTIONS, args).operands)],
  ['trap', laterText],
  ['alias', laterText],
  ['at', fromInput],
  ['batch', fromInput],
  ['source', sourced],
  ['.', sourced],
];
