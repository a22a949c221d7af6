import { argument, isUnresolved, type Argument } from './argument';
import type { Invocation, UnresolvedKind } from './invocation';
import { has, optionSpec, parseLeadingOptions, valueOf } from './options';
import { PREFIX_WRAPPERS, REMOTE, SHELLS, type PrefixWrapper } from './wrappers';

/** What a wrapper runs. */
export type Inner =
  | {
      readonly kind: 'words';
      readonly words: readonly Argument[];
      /** The directory the wrapper changes to first. */
      readonly directory?: Argument;
    }
  | {
      readonly kind: 'text';
      readonly text: Argument;
      /** `$0`, `$1`, … of the text. */
      readonly parameters?: readonly Argument[];
    }
  | { readonly kind: 'unresolved'; readonly why: UnresolvedKind; readonly text: string };

const SHELL_OPTIONS = optionSpec(
  'c|command i l|login r s e u x v n a b f h k m p t B C E H P T O= o= rcfile= init-file= norc noprofile posix restricted verbose debugger noediting',
);
const SU_OPTIONS = optionSpec(
  'c|command= session-command= f|fast g|group= G|supp-group= l|login m|p|preserve-environment P|pty s|shell= u|user= w|whitelist-environment= T|no-pty',
);
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

function unresolved(why: UnresolvedKind, text: string): readonly Inner[] {
  return [{ kind: 'unresolved', why, text }];
}

/** What a shell runs: its `-c` text, its standard input, or a script file. */
export function unwrapShell({ args, stdin }: Invocation): readonly Inner[] {
  const parsed = parseLeadingOptions(SHELL_OPTIONS, args.map(plusOption));
  const [first, ...parameters] = parsed.operands;
  if (has(parsed, 'command')) return first ? [{ kind: 'text', text: first, parameters }] : [];
  if (first && !has(parsed, 's') && first.text !== '-' && first.text !== '/dev/stdin') {
    return unresolved('script_file', first.text);
  }
  if (stdin === undefined) return unresolved('script_from_input', 'standard input');
  return [{ kind: 'text', text: { text: stdin, isLiteral: true } }];
}

/** `bash +x` switches an option off: an option all the same. */
function plusOption(word: Argument): Argument {
  return word.text.startsWith('+') ? { ...word, text: '-x' } : word;
}

function unwrapSu({ args }: Invocation): readonly Inner[] {
  const parsed = parseLeadingOptions(SU_OPTIONS, args);
  const [, ...rest] = parsed.operands;
  const after = parseLeadingOptions(SU_OPTIONS, rest);
  const texts = [parsed, after].flatMap(({ options }) => [
    ...(options.get('command') ?? []),
    ...(options.get('session-command') ?? []),
  ]);
  const words = has(parsed, 'user') ? parsed.operands : [];
  return [
    ...texts.map((text) => ({ kind: 'text' as const, text })),
    ...(words.length > 0 ? [{ kind: 'words' as const, words }] : []),
  ];
}

function unwrapPrefix(wrapper: PrefixWrapper, { args }: Invocation): readonly Inner[] {
  const parsed = parseLeadingOptions(wrapper.options, args);
  const texts = wrapper.textOption ? (parsed.options.get(wrapper.textOption) ?? []) : [];
  const directory = wrapper.directoryOption
    ? parsed.options.get(wrapper.directoryOption)?.at(-1)
    : undefined;
  const operands = [...parsed.operands];
  operands.splice(0, wrapper.operandsBefore);
  while (wrapper.takesAssignments && ASSIGNMENT.test(operands[0]?.text ?? '')) operands.shift();
  const split = valueOf(parsed, 'split-string');
  const lead = split === undefined ? [] : split.split(/\s+/).filter(Boolean).map(argument);
  const words = [...lead, ...operands];
  return [
    ...texts.map((text) => ({ kind: 'text' as const, text })),
    ...(words.length > 0
      ? [{ kind: 'words' as const, words, ...(directory ? { directory } : {}) }]
      : []),
  ];
}

/** `watch` and `eval` join their words with spaces and hand them to a shell. */
function joined(words: readonly Argument[]): readonly Inner[] {
  if (words.length === 0) return [];
  return [{ kind: 'text', text: argument(words.map(({ text }) => text).join(' ')) }];
}

const WATCH_OPTIONS = optionSpec(
  'b|beep c|color d|differences=? e|errexit g|chgexit n|interval= p|precise q|equexit= t|no-title w|no-wrap x|exec r|no-rerun s=',
);

/** The commands an invocation runs in its turn, one level down. Empty when it runs none. */
export function unwrap(invocation: Invocation): readonly Inner[] {
  const { program, args } = invocation;
  if (SHELLS.has(program)) return unwrapShell(invocation);
  if (program === 'su' || program === 'runuser') return unwrapSu(invocation);
  if (program === 'eval') return joined(args.filter(({ text }) => text !== '--'));
  if (program === 'watch') return joined(parseLeadingOptions(WATCH_OPTIONS, args).operands);
  if (program === 'source' || program === '.')
    return unresolved('script_file', args[0]?.text ?? '');
  if (REMOTE.has(program)) return unresolved('remote_command', textOf(args));
  const wrapper = PREFIX_WRAPPERS.get(program);
  return wrapper ? unwrapPrefix(wrapper, invocation) : [];
}

function textOf(words: readonly Argument[]): string {
  return words.map((word) => (isUnresolved(word) ? '…' : word.text)).join(' ');
}
