/**
 * Patterns for models, tools and servers: text in which `*` stands for any text, also none. `A & B` matches what both
 * match, which is how a grant cut by a ceiling is written.
 */

const JOIN = ' & ';

/** Matches `*` without backtracking over more than one star at a time: linear in practice, never exponential. */
function matchesGlob(glob: string, text: string): boolean {
  const [head = '', ...rest] = glob.split('*');
  if (rest.length === 0) return glob === text;
  const tail = rest.pop() ?? '';
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail))
    return false;
  const end = text.length - tail.length;
  let at = head.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** Whether the text matches the pattern, `&` included. Case-sensitive. */
export function matchesPattern(pattern: string, text: string): boolean {
  return pattern.split(JOIN).every((glob) => matchesGlob(glob, text));
}

/** The first pattern of the list that matches. */
export function findPattern(patterns: readonly string[], text: string): string | undefined {
  return patterns.find((pattern) => matchesPattern(pattern, text));
}

const isEverything = (glob: string) => /^\*+$/.test(glob);

/** The pattern of what both match, in one spelling whatever the order. */
export function intersectPatterns(left: string, right: string): string {
  const globs = [...new Set([...left.split(JOIN), ...right.split(JOIN)])].sort();
  const telling = globs.filter((glob) => !isEverything(glob));
  return telling.length === 0 ? '*' : telling.join(JOIN);
}
