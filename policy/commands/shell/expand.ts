import { parse, type DoubleQuotedChild, type ParsedScript, type Word, type WordPart } from 'unbash';
import { UNKNOWN, type Argument } from '../argument';
import { hasGlob } from '../glob';
import { expandBraces } from './braces';
import { Fields, UNKNOWN_WORD } from './fields';
import { expandParameter, lookUp } from './parameter';
import type { Scope } from './scope';

/** The most words all brace expansions of a text may become; further ones count as unknown. */
const MAX_BRACE_WORDS = 1000;

/** Runs the text of `$(…)`, `<(…)`: finds its commands and returns its output when that is plain. */
export type RunSubstitution = (script: ParsedScript, scope: Scope) => string | undefined;

/** Expands shell words the way bash does, as far as the text alone tells. */
export class Expander {
  private braceWords = 0;

  constructor(private readonly run: RunSubstitution) {}

  /** The fields a word becomes: none (`$empty`), one, or several (`{a,b}`, `$list`, `"$@"`). */
  words(word: Word, scope: Scope): readonly Argument[] {
    if (!hasPart(word.parts, 'BraceExpansion')) return this.fields(word, scope);
    const alternatives = expandBraces(word.text);
    if (alternatives === undefined) return [UNKNOWN_WORD];
    if (alternatives.length === 1) return this.fields(word, scope);
    this.braceWords += alternatives.length;
    if (this.braceWords > MAX_BRACE_WORDS) return [UNKNOWN_WORD];
    return alternatives.flatMap((text) => this.alternative(text, scope));
  }

  /** A word out of braces; its quotes and expansions are still to be read, if it has any. */
  private alternative(text: string, scope: Scope): readonly Argument[] {
    if (/^[\w./-]+$/.test(text)) return [{ text, isLiteral: true }];
    return reparse(text).flatMap((one) => this.fields(one, scope));
  }

  /** The word as one string: no splitting, as in assignments, redirections and here-documents. */
  text(word: Word, scope: Scope): string {
    const fields = this.fields(word, scope);
    return fields.map(({ text }) => text).join(' ');
  }

  /** The target of a redirection: its path, and what it holds where that is known. */
  target(word: Word, scope: Scope): { readonly path: string; readonly content?: string } {
    const fields = this.fields(word, scope);
    const [first] = fields;
    const path = fields.map(({ text }) => text).join(' ');
    return first?.content === undefined ? { path } : { path, content: first.content };
  }

  /** Parts of a here-document body. */
  body(parts: readonly WordPart[], scope: Scope): string {
    const fields = new Fields();
    for (const part of parts) this.quoted(part as DoubleQuotedChild, fields, scope);
    return fields
      .finish()
      .map(({ text }) => text)
      .join(' ');
  }

  private fields(word: Word, scope: Scope): readonly Argument[] {
    const fields = new Fields();
    const home = tildePrefix(word.text, scope);
    const skip = home === undefined ? '' : (/^~[^/]*/.exec(word.text)?.[0] ?? '');
    if (home !== undefined) fields.add(home);
    if (!word.parts) fields.add(word.value.slice(skip.length));
    word.parts?.forEach((part, index) => {
      if (index === 0 && part.type === 'Literal') fields.add(part.value.slice(skip.length));
      else this.part(part, fields, scope);
    });
    return fields.finish();
  }

  private part(part: WordPart, fields: Fields, scope: Scope): void {
    switch (part.type) {
      case 'Literal':
      case 'SingleQuoted':
      case 'AnsiCQuoted':
        return fields.add(part.value);
      case 'Glob':
        return fields.add(part.text, true);
      case 'ExtendedGlob':
        return fields.add('*', true);
      case 'BraceExpansion':
        return fields.add(part.text, hasGlob(part.text));
      case 'DoubleQuoted':
      case 'LocaleString':
        fields.add('');
        return part.parts.forEach((child) => this.quoted(child, fields, scope));
      case 'ProcessSubstitution':
        return fields.addFile(part.script && this.run(part.script, scope));
      case 'SimpleExpansion':
      case 'ParameterExpansion':
      case 'CommandExpansion':
      case 'ArithmeticExpansion':
        return this.values(part, scope).forEach((value, index) =>
          fields.addSplit(index > 0 ? ` ${value}` : value),
        );
    }
  }

  private quoted(part: DoubleQuotedChild, fields: Fields, scope: Scope): void {
    if (part.type === 'Literal') return fields.add(part.value);
    const values = this.values(part, scope);
    if (isEach(part)) return fields.addEach(values);
    fields.add(values.join(' '), isPattern(part, scope));
  }

  private values(part: Exclude<DoubleQuotedChild, { type: 'Literal' }>, scope: Scope) {
    switch (part.type) {
      case 'SimpleExpansion':
        return lookUp(part.text.slice(1), scope);
      case 'ParameterExpansion':
        return expandParameter(part, scope, (word) => this.text(word, scope));
      case 'CommandExpansion':
        return [this.output(part.script, scope)];
      case 'ArithmeticExpansion':
        return [UNKNOWN];
    }
  }

  private output(script: ParsedScript | undefined, scope: Scope): string {
    const output = script && this.run(script, scope);
    return output === undefined ? UNKNOWN : output.replace(/\n+$/, '');
  }
}

function hasPart(parts: readonly WordPart[] | undefined, type: WordPart['type']): boolean {
  return parts?.some((part) => part.type === type) ?? false;
}

/** `"$f"` in `for f in *`: quoted, and yet each name in turn. */
function isPattern(part: DoubleQuotedChild, scope: Scope): boolean {
  if (part.type === 'SimpleExpansion') return scope.isPattern(part.text.slice(1));
  return part.type === 'ParameterExpansion' && scope.isPattern(part.parameter);
}

/** `"$@"` and `"${list[@]}"` keep their elements apart. */
function isEach(part: DoubleQuotedChild): boolean {
  return /^\$@$|^\$\{@|^\$\{[A-Za-z_]\w*\[@\]/.test(part.text);
}

/** The words of one alternative of a brace expansion; quotes in it are still to be read. */
function reparse(text: string): readonly Word[] {
  const [statement] = parse(`: ${text}`).commands;
  if (statement?.command.type !== 'Command') return [];
  return statement.command.args.filter((word): word is Word => word.type === 'Word');
}

/** What an unquoted leading `~`, `~+` or `~name` stands for. */
function tildePrefix(text: string, { places: { cwd, home } }: Scope): string | undefined {
  const [, name, next] = /^~([\w.+-]*)(.?)/s.exec(text) ?? [];
  if (name === undefined || (next !== '' && next !== '/')) return undefined;
  if (name === '') return home;
  if (name === '+') return cwd ?? UNKNOWN;
  if (name === '-') return UNKNOWN;
  return name === 'root' ? '/root' : `/home/${name}`;
}
