import { ExpressionFault } from './expression';

const NAME = /[A-Za-z_][A-Za-z0-9_-]*/y;
const NUMBER = /\d+(\.\d+)?([eE][+-]?\d+)?/y;
const DIGITS = /\d+/y;
const SPACE = /(?:\s|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const ASSIGNMENT = /([A-Za-z_][A-Za-z0-9_-]*)\s*(?==[^=>]|:)/y;
const ESCAPE = /\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** A reading position in the source of an expression. Tokens skip white space before them, templates do not. */
export class ExpressionText {
  offset = 0;

  constructor(readonly source: string) {}

  atEnd(): boolean {
    return this.offset >= this.source.length;
  }

  sees(text: string): boolean {
    return this.source.startsWith(text, this.offset);
  }

  take(text: string): boolean {
    const found = this.sees(text);
    if (found) this.offset += text.length;
    return found;
  }

  /** The next character as it is. */
  next(): string {
    const character = String.fromCodePoint(this.source.codePointAt(this.offset) ?? 0);
    this.offset += character.length;
    return character;
  }

  /** The next character of a quoted string, its escape resolved. */
  stringCharacter(): string {
    if (!this.sees('\\')) return this.next();
    const match = this.match(ESCAPE);
    if (match === undefined) throw this.fault('unknown escape in a string');
    const [, simple, short, long] = match;
    if (simple !== undefined) return ESCAPED[simple] ?? simple;
    return String.fromCodePoint(Number.parseInt(short ?? long ?? '0', 16));
  }

  takeToken(text: string): boolean {
    this.skipSpace();
    return this.take(text);
  }

  /** `<` is not the start of `<=`, nor `!` of `!=`. */
  takeOperator(text: string): boolean {
    this.skipSpace();
    const isLonger =
      this.source[this.offset + text.length] === '=' && ['<', '>', '!'].includes(text);
    return !isLonger && this.take(text);
  }

  /** A dot of an attribute, not the first of `...`. */
  takeAttributeDot(): boolean {
    this.skipSpace();
    return !this.sees('..') && !this.sees('.*') && this.take('.');
  }

  takeWord(word: string): boolean {
    this.skipSpace();
    const next = this.source.slice(this.offset + word.length, this.offset + word.length + 1);
    return !/[A-Za-z0-9_-]/.test(next) && this.take(word);
  }

  expect(token: string): void {
    if (!this.takeToken(token)) throw this.fault(`expected "${token}"`);
  }

  name(): string | undefined {
    this.skipSpace();
    return this.match(NAME)?.[0];
  }

  digits(): string | undefined {
    return this.match(DIGITS)?.[0];
  }

  number(): number | undefined {
    this.skipSpace();
    const found = this.match(NUMBER)?.[0];
    return found === undefined ? undefined : Number(found);
  }

  /** A bare key of an object: `name =` or `name:`. */
  nameBeforeAssignment(): string | undefined {
    this.skipSpace();
    return this.match(ASSIGNMENT)?.[1];
  }

  fault(message: string): ExpressionFault {
    return new ExpressionFault(message, this.offset);
  }

  private skipSpace(): void {
    this.match(SPACE);
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.source) ?? undefined;
    if (found !== undefined) this.offset += found[0].length;
    return found;
  }
}
