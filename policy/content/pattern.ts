import { CharSet, DIGIT, DOT, SPACE, WORD } from './char-set';

/** A pattern taken apart. Characters are UTF-16 code units. */
export type Pattern =
  | { readonly kind: 'set'; readonly set: CharSet }
  /** Between a word character and another. */
  | { readonly kind: 'boundary' }
  | { readonly kind: 'all'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'any'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly min: number; readonly max: number };

/** Longest counted repetition. */
export const MAX_REPEAT = 1000;

/** Why a text is no pattern: what is wrong, and at which character (from 0). */
export class PatternFault extends Error {
  readonly at: number;

  constructor(problem: string, at: number) {
    super(problem);
    this.at = at;
  }
}

/**
 * Parses the part of regular-expression syntax that can be searched for in linear time: literals, `.`, classes, `\d \w
 * \s \b`, groups, `|`, and the repetitions `? * + {m,n}`. Throws PatternFault, also for what only backtracking could
 * match.
 */
export function parsePattern(text: string): Pattern {
  const parser = new Parser(text);
  const pattern = parser.alternatives();
  if (!parser.isAtEnd) parser.fail('unmatched )');
  return pattern;
}

const CLASS_ESCAPES: Readonly<Record<string, CharSet>> = {
  d: DIGIT,
  D: DIGIT.inverse(),
  w: WORD,
  W: WORD.inverse(),
  s: SPACE,
  S: SPACE.inverse(),
};
const CONTROL_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  v: '\v',
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4 };

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  fail(problem: string, at = this.#at): never {
    throw new PatternFault(problem, at);
  }

  alternatives(): Pattern {
    const parts = [this.#sequence()];
    while (this.#takes('|')) parts.push(this.#sequence());
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: 'any', parts };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (!this.isAtEnd && this.#peek() !== '|' && this.#peek() !== ')')
      parts.push(this.#repeated(this.#atom()));
    return { kind: 'all', parts };
  }

  #repeated(part: Pattern): Pattern {
    const range = this.#repetition();
    if (range === undefined) return part;
    if (part.kind === 'boundary') this.fail('\\b cannot be repeated');
    if (/[?*+{]/.test(this.#peek())) this.fail('a repetition of a repetition');
    return { kind: 'repeat', part, ...range };
  }

  #repetition(): { min: number; max: number } | undefined {
    if (this.#takes('?')) return { min: 0, max: 1 };
    if (this.#takes('*')) return { min: 0, max: Infinity };
    if (this.#takes('+')) return { min: 1, max: Infinity };
    const counted = /\{(\d{1,6})(?:(,)(\d{1,6})?)?\}/y;
    counted.lastIndex = this.#at;
    const [whole, low, comma, high] = counted.exec(this.#text) ?? [];
    if (whole === undefined || low === undefined) return undefined;
    const min = Number(low);
    const max = comma === undefined ? min : high === undefined ? Infinity : Number(high);
    if (max < min) this.fail('the repetition ends before it begins');
    if (Math.max(min, max === Infinity ? 0 : max) > MAX_REPEAT)
      this.fail(`a repetition of more than ${MAX_REPEAT}`);
    this.#at += whole.length;
    return { min, max };
  }

  #atom(): Pattern {
    const at = this.#at;
    const char = this.#next();
    switch (char) {
      case '(':
        return this.#group(at);
      case '[':
        return { kind: 'set', set: this.#class(at) };
      case '.':
        return { kind: 'set', set: DOT };
      case '\\':
        return this.#takes('b') ? { kind: 'boundary' } : { kind: 'set', set: this.#escape() };
      case '^':
      case '$':
        return this.fail(
          `${char} stands for an end of the text, and texts come in pieces here`,
          at,
        );
      case '?':
      case '*':
      case '+':
        return this.fail(`nothing to repeat before ${char}`, at);
      case '{':
      case '}':
      case ']':
        return this.fail(`${char} must be written \\${char}`, at);
      default:
        return { kind: 'set', set: CharSet.of(char) };
    }
  }

  #group(at: number): Pattern {
    if (this.#takes('?') && !this.#takes(':'))
      this.fail('look-around and named groups cannot be searched for in linear time', at);
    const inner = this.alternatives();
    if (!this.#takes(')')) this.fail('unmatched (', at);
    return inner;
  }

  #escape(): CharSet {
    const at = this.#at - 1;
    const char = this.#next();
    const set = CLASS_ESCAPES[char];
    if (set !== undefined) return set;
    return CharSet.of(this.#escapedChar(char, at));
  }

  #escapedChar(char: string, at: number): string {
    const control = CONTROL_ESCAPES[char];
    if (control !== undefined) return control;
    const digits = HEX_DIGITS[char];
    if (digits !== undefined) return this.#hex(digits, at);
    if (/[1-9]/.test(char)) this.fail('back-references cannot be searched for in linear time', at);
    if (/[A-Za-z0]/.test(char) || char === '') this.fail(`\\${char} is not known`, at);
    return char;
  }

  #hex(digits: number, at: number): string {
    const hex = this.#text.slice(this.#at, this.#at + digits);
    if (hex.length < digits || !/^[0-9A-Fa-f]+$/.test(hex)) this.fail('a broken escape', at);
    this.#at += digits;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #class(at: number): CharSet {
    const isInverse = this.#takes('^');
    let set = CharSet.NONE;
    do {
      if (this.isAtEnd) this.fail('unmatched [', at);
      set = set.with(this.#classItem());
    } while (!this.#takes(']'));
    return isInverse ? set.inverse() : set;
  }

  #classItem(): CharSet {
    const at = this.#at;
    const first = this.#classChar();
    if (first instanceof CharSet) return first;
    if (this.#peek() !== '-' || this.#text[this.#at + 1] === ']') return CharSet.of(first);
    this.#at += 1;
    const last = this.#classChar();
    if (last instanceof CharSet || last < first) return this.fail('a broken range', at);
    return CharSet.range(first, last);
  }

  #classChar(): string | CharSet {
    const at = this.#at;
    const char = this.#next();
    if (char !== '\\') return char;
    const escaped = this.#next();
    return CLASS_ESCAPES[escaped] ?? this.#escapedChar(escaped, at);
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #next(): string {
    const char = this.#peek();
    this.#at += 1;
    return char;
  }

  #takes(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }
}
