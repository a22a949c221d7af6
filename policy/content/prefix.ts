import { CharSet } from './char-set';
import type { Pattern } from './pattern';

/** What a match can begin with: certain texts, or any character of a set. */
export type Beginning =
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'set'; readonly set: CharSet };

/** Longest text worth knowing, in characters. */
const MAX_PREFIX = 12;
/** Most different beginnings of one rule before a set of first characters does better. */
const MAX_TEXTS = 16;

/** Undefined: it can match no text at all. */
export function beginningOf(pattern: Pattern): Beginning | undefined {
  const { set, isOptional } = firstOf(pattern);
  if (isOptional) return undefined;
  const texts = literalBeginnings(pattern).map(({ text }) => text);
  return texts.length <= MAX_TEXTS && texts.every((text) => text.length >= 2)
    ? { kind: 'texts', texts }
    : { kind: 'set', set };
}

/** Characters a match can begin with, and whether it can do without any. */
interface First {
  readonly set: CharSet;
  readonly isOptional: boolean;
}

function firstOf(pattern: Pattern): First {
  switch (pattern.kind) {
    case 'set':
      return { set: pattern.set, isOptional: false };
    case 'boundary':
      return { set: CharSet.NONE, isOptional: true };
    case 'repeat': {
      const { set, isOptional } = firstOf(pattern.part);
      return { set, isOptional: isOptional || pattern.min === 0 };
    }
    case 'any': {
      const firsts = pattern.parts.map(firstOf);
      const set = firsts.reduce((all, first) => all.with(first.set), CharSet.NONE);
      return { set, isOptional: firsts.some(({ isOptional }) => isOptional) };
    }
    case 'all':
      return pattern.parts.reduce<First>(
        (before, part) => (before.isOptional ? joined(before, firstOf(part)) : before),
        { set: CharSet.NONE, isOptional: true },
      );
  }
}

function joined(before: First, { set, isOptional }: First): First {
  return { set: before.set.with(set), isOptional };
}

interface Literal {
  readonly text: string;
  /** More literal text may follow. */
  readonly isOpen: boolean;
}

const OPEN: readonly Literal[] = [{ text: '', isOpen: true }];
const CLOSED: readonly Literal[] = [{ text: '', isOpen: false }];

function literalBeginnings(pattern: Pattern): readonly Literal[] {
  switch (pattern.kind) {
    case 'set': {
      const chars = fewCharsOf(pattern.set);
      return chars === undefined ? CLOSED : chars.map((text) => ({ text, isOpen: true }));
    }
    case 'boundary':
      return OPEN;
    case 'repeat':
      // One time surely, the rest not looked at.
      return pattern.min === 0 ? CLOSED : literalBeginnings(pattern.part).map(closed);
    case 'any':
      return pattern.parts.flatMap(literalBeginnings);
    case 'all':
      return pattern.parts.reduce(followedBy, OPEN);
  }
}

function closed({ text }: Literal): Literal {
  return { text, isOpen: false };
}

function followedBy(before: readonly Literal[], part: Pattern): readonly Literal[] {
  const canGrow = before.some(({ isOpen, text }) => isOpen && text.length < MAX_PREFIX);
  const after = canGrow ? literalBeginnings(part) : CLOSED;
  if (!canGrow || before.length * after.length > MAX_TEXTS) return before.map(closed);
  return before.flatMap((first) =>
    first.isOpen ? after.map(({ text, isOpen }) => ({ text: first.text + text, isOpen })) : [first],
  );
}

/** The characters of a small set. */
function fewCharsOf({ ranges }: CharSet): readonly string[] | undefined {
  const count = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (count === 0 || count > 8) return undefined;
  return ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i)),
  );
}
