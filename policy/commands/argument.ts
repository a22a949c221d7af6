/** Stands in `Argument.text` for what nobody can know from the text. No argv and no shell word can hold it. */
export const UNKNOWN = '\0';

/** One word of a command after everything knowable was expanded. */
export interface Argument {
  readonly text: string;
  /** Whether `*`, `?`, `[`, a leading `~` and `$HOME` in it are mere data, because they were quoted. */
  readonly isLiteral: boolean;
  /** What the file it names holds, where the shell text alone says so: `<(echo …)`. */
  readonly content?: string;
}

/** A word of an argv as given. Glob characters and `~` count as meant, since a caller may show them unexpanded. */
export function argument(text: string): Argument {
  return { text, isLiteral: false };
}

/** Whether part of the word comes from a variable, a command's output or another source unknown here. */
export function isUnresolved(argument: Argument): boolean {
  return argument.text.includes(UNKNOWN);
}
