import { argument, isUnresolved, type Argument } from '../argument';
import type { Invocation, UnresolvedKind } from '../invocation';

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

/** Finds what one program runs in its turn. */
export type Unwrapper = (invocation: Invocation) => readonly Inner[];

/** A part nobody can read. */
export function unresolved(why: UnresolvedKind, text: string): Inner {
  return { kind: 'unresolved', why, text };
}

/** A command given as words; nothing when there are none. */
export function innerWords(words: readonly Argument[], directory?: Argument): readonly Inner[] {
  if (words.length === 0) return [];
  return [{ kind: 'words', words, ...(directory ? { directory } : {}) }];
}

/** Shell text. */
export function innerText(text: string): Inner {
  return { kind: 'text', text: argument(text) };
}

/** Words as a person would read them. */
export function shown(words: readonly Argument[]): string {
  return words.map((word) => (isUnresolved(word) ? '…' : word.text)).join(' ');
}
