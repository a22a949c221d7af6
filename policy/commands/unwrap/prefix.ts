import { argument } from '../argument';
import type { Invocation } from '../invocation';
import { parseLeadingOptions, valueOf } from '../options';
import { innerWords, type Inner, type Unwrapper } from './inner';
import { PREFIX_TABLE, type PrefixWrapper } from './prefix-table';

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/** The inner command of `sudo`, `env`, `timeout` and their kind. */
function unwrapPrefix(wrapper: PrefixWrapper, { args }: Invocation): readonly Inner[] {
  const before = parseLeadingOptions(wrapper.options, args);
  const afterOperands = before.operands.slice(wrapper.operandsBefore);
  const later = wrapper.textOption
    ? parseLeadingOptions(wrapper.options, afterOperands)
    : { options: before.options, operands: afterOperands };
  const words = [...later.operands];
  while (wrapper.takesAssignments && ASSIGNMENT.test(words[0]?.text ?? '')) words.shift();
  const texts = [before, later].flatMap(
    ({ options }) => options.get(wrapper.textOption ?? '') ?? [],
  );
  const split = valueOf(before, 'split-string') ?? '';
  const lead = split.split(/\s+/).filter(Boolean).map(argument);
  const directory = before.options.get(wrapper.directoryOption ?? '')?.at(-1);
  return [
    ...texts.map((text) => ({ kind: 'text' as const, text })),
    ...innerWords([...lead, ...words], directory),
  ];
}

/** Wrappers whose inner command follows as plain words, by program. */
export const PREFIX_WRAPPERS: readonly (readonly [string, Unwrapper])[] = [...PREFIX_TABLE].map(
  ([program, wrapper]) => [program, (invocation) => unwrapPrefix(wrapper, invocation)] as const,
);
