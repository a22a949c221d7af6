/**
 * Recorded text is hostile: control characters could rewrite the terminal, bidirectional ones could turn a line
 * around. They become visible escapes.
 */
export function plainText(text: string): string {
  return text.replaceAll(HOSTILE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}

/** As `plainText`, but keeps line breaks and tabs. */
export function plainParagraphs(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\t').map(plainText).join('\t'))
    .join('\n');
}

/** Cuts to `width` characters, with an ellipsis. */
export function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;
}

/** C0, DEL, C1, line separators, bidirectional controls. */
const HOSTILE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
