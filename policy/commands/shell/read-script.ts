import { parse, type ParsedScript } from 'unbash';

/** The longest text read at all, in characters. */
const MAX_TEXT_CHARS = 512 * 1024;
/** The most operators read: what bounds the parser's time, whose worst inputs are all operators. */
const MAX_OPERATORS = 16_000;
/** The parser's time grows with the square of these. */
const MAX_HERE_DOCUMENTS = 400;
/** Unclosed ones nest, and each level reads the rest again. */
const MAX_SUBSTITUTIONS = 1000;

function count(text: string, expression: RegExp): number {
  return text.match(expression)?.length ?? 0;
}

/**
 * Reads shell text into its syntax tree. Undefined when it is so large that reading could take more than
 * 50 ms: nobody may then claim to know what it does. A NUL, which a shell drops, is dropped here.
 */
export function readScript(text: string): ParsedScript | undefined {
  if (text.length > MAX_TEXT_CHARS) return undefined;
  if (count(text, /[|&;<>(){}$`\n'"\\[\]]/g) > MAX_OPERATORS) return undefined;
  if (count(text, /<</g) > MAX_HERE_DOCUMENTS) return undefined;
  if (count(text, /\$\(|`/g) > MAX_SUBSTITUTIONS) return undefined;
  return parse(text.replaceAll('\0', ''));
}
