import { argument, type Argument } from '../argument';
import type { Invocation } from '../invocation';
import { parseLeadingOptions } from '../options';
import { innerWords, type Inner, type Unwrapper } from './inner';
import { PREFIX_TABLE, type PrefixWrapper } from './prefix-table';

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/** `env -S 'CMD ARG'`: the text is split and its words take its place. */
function split(args: readonly Argument[]): readonly Argument[] {
  const at = args.findIndex(
    ({ text }) => /^(-[a-zA-Z0]*S|--split-string)/.test(text) || !text.startsWith('-'),
  );
  const word = args[at]?.text ?? '';
  if (!word.startsWith('-')) return args;
  const inline = word.replace(/^(-[a-zA-Z0]*?S|--split-string=?)/, '');
  const text = inline === '' ? (args[at + 1]?.text ?? '') : inline;
  const words = text.split(/\s+/).filter(Boolean).map(argument);
  return [...args.slice(0, at), ...words, ...args.slice(at + (inline === '' ? 2 : 1))];
}

/** The inner command of `sudo`, `env`, `timeout` and their kind. */
function unwrapPrefix(wrapper: PrefixWrapper, { args }: Invocation): readonly Inner[] {
  const before = parseLeadingOptions(wrapper.options, wrapper.splitsStrings ? split(args) : args);
  const afterOperands = before.operands.slice(wrapper.operandsBefore);
  const later = wrapper.textOption
    ? parseLeadingOptions(wrapper.options, afterOperands)
    : { options: before.options, operands: afterOperands };
  const words = [...later.operands];
  while (wrapper.takesAssignments && ASSIGNMENT.test(words[0]?.text ?? '')) words.shift();
  const texts = [before, later].flatMap(
    ({ options }) => options.get(wrapper.textOption ?? '') ?? [],
  );
  const directory = before.options.get(wrapper.directoryOption ?? '')?.at(-1);
  return [
    ...texts.map((text) => ({ kind: 'text' as const, text })),
    ...innerWords(words, directory),
  ];
}

/** Wrappers whose inner command follows as plain words, by program. */
export const PREFIX_WRAPPERS: readonly (readonly [string, Unwrapper])[] = [...PREFIX_TABLE].map(
  ([program, wrapper]) => [program, (invocation) => unwrapPrefix(wrapper, invocation)] as const,
);
