/** A policy in a client's own settings, as an administrator places them. */
export interface RenderedClientPolicy {
  /** Where the client reads it; root-owned, folder included, and writable by nobody else. */
  readonly path: string;
  readonly text: string;
  /** A second file, where the client wants part of it elsewhere. */
  readonly also?: { readonly path: string; readonly text: string };
  /** What of the policy these settings cannot say. Empty: nothing was lost. */
  readonly lost: readonly string[];
}

/** A TOML basic string: JSON's, but for one escape. */
export function quoteToml(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007F');
}

/** Texts a client can say as they are, and the rest as losses. */
export function splitLiteral(
  patterns: readonly string[],
  place: string,
): { readonly literal: readonly string[]; readonly lost: readonly string[] } {
  const isPattern = (text: string) => /\*| & /.test(text);
  return {
    literal: patterns.filter((text) => !isPattern(text)),
    lost: patterns.filter(isPattern).map((text) => `${place} ${JSON.stringify(text)} (pattern)`),
  };
}

/** Shell words that need no quoting; rules of clients compare command text. */
export function isPlainWords(words: readonly string[]): boolean {
  return words.every((word) => /^[A-Za-z0-9_\-./:=@+,%]+$/.test(word));
}
