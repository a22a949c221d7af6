import { argument, isUnresolved, type Argument } from './argument';

interface OptionShape {
  readonly name: string;
  readonly value: 'none' | 'required' | 'optional';
}

/** Which options a program knows, compiled from the notation of `optionSpec`. */
export interface OptionSpec {
  readonly short: ReadonlyMap<string, OptionShape>;
  readonly long: ReadonlyMap<string, OptionShape>;
  /** `-destroy` is one long option, not seven short ones (Go's flag package, find, ImageMagick…). */
  readonly hasSingleDashLong: boolean;
}

/** What an argument list says, whatever its spelling. */
export interface ParsedArguments {
  /** Option name → its values ('' for one without). Unknown options appear under their own spelling. */
  readonly options: ReadonlyMap<string, readonly Argument[]>;
  readonly operands: readonly Argument[];
}

function shapeOf(token: string): { names: string[]; shape: OptionShape } {
  const spelled = token.replace(/=\??$/, '');
  const names = spelled.split('|');
  const value = token.endsWith('=?') ? 'optional' : token.endsWith('=') ? 'required' : 'none';
  return { names, shape: { name: names.at(-1) ?? spelled, value } };
}

/**
 * Compiles an option list such as `'r|R|recursive f|force o|output= color=?'`: names of one option are
 * joined by `|`, the last is canonical; `=` takes a value, `=?` may take one in the same word.
 */
export function optionSpec(
  notation: string,
  style: 'gnu' | 'single-dash-long' = 'gnu',
): OptionSpec {
  const short = new Map<string, OptionShape>();
  const long = new Map<string, OptionShape>();
  for (const token of notation.split(/\s+/).filter(Boolean)) {
    const { names, shape } = shapeOf(token);
    for (const name of names) (name.length === 1 ? short : long).set(name, shape);
  }
  return { short, long, hasSingleDashLong: style === 'single-dash-long' };
}

/** The option a long name means: itself, or the one it abbreviates as getopt_long accepts. */
function longShape(spec: OptionSpec, name: string): OptionShape | undefined {
  const exact = spec.long.get(name);
  if (exact || name === '') return exact;
  const found = new Set([...spec.long].filter(([long]) => long.startsWith(name)).map(([, s]) => s));
  return found.size === 1 ? [...found][0] : undefined;
}

class ArgumentReader {
  readonly options = new Map<string, Argument[]>();
  readonly operands: Argument[] = [];
  private index = 0;

  constructor(
    private readonly spec: OptionSpec,
    private readonly words: readonly Argument[],
    private readonly stopsAtOperand: boolean,
  ) {}

  read(): ParsedArguments {
    while (this.index < this.words.length) {
      const word = this.words[this.index] ?? argument('');
      this.index += 1;
      if (word.text === '--') return this.rest();
      if (this.isOption(word)) this.option(word);
      else {
        this.operands.push(word);
        if (this.stopsAtOperand) return this.rest();
      }
    }
    return this;
  }

  private rest(): ParsedArguments {
    this.operands.push(...this.words.slice(this.index));
    return this;
  }

  private isOption(word: Argument): boolean {
    return word.text.length > 1 && word.text.startsWith('-');
  }

  private option(word: Argument): void {
    if (word.text.startsWith('--')) return this.long(word, word.text.slice(2));
    if (!this.spec.hasSingleDashLong) return this.cluster(word);
    const name = word.text.slice(1);
    if (longShape(this.spec, name.split('=')[0] ?? '')) return this.long(word, name);
    return this.cluster(word);
  }

  private long(word: Argument, spelled: string): void {
    const equals = spelled.indexOf('=');
    const name = equals < 0 ? spelled : spelled.slice(0, equals);
    const inline = equals < 0 ? undefined : { ...word, text: spelled.slice(equals + 1) };
    const shape = longShape(this.spec, name);
    const next = shape?.value === 'required' && inline === undefined ? this.take() : inline;
    this.add(shape?.name ?? `--${name}`, next);
  }

  private cluster(word: Argument): void {
    for (let at = 1; at < word.text.length; at += 1) {
      const letter = word.text[at] ?? '';
      const shape = this.spec.short.get(letter);
      if (shape === undefined || shape.value === 'none') {
        this.add(shape?.name ?? `-${letter}`, undefined);
        continue;
      }
      const inline = word.text.slice(at + 1);
      const hasInline = inline !== '' || shape.value === 'optional';
      this.add(shape.name, hasInline ? { ...word, text: inline } : this.take());
      return;
    }
  }

  private take(): Argument | undefined {
    const word = this.words[this.index];
    this.index += 1;
    return word;
  }

  private add(name: string, value: Argument | undefined): void {
    const values = this.options.get(name) ?? [];
    values.push(value ?? argument(''));
    this.options.set(name, values);
  }
}

/** Reads arguments as GNU getopt does: clusters, abbreviations, `--`, options between operands. */
export function parseArguments(spec: OptionSpec, words: readonly Argument[]): ParsedArguments {
  return new ArgumentReader(spec, words, false).read();
}

/** As `parseArguments`, but everything from the first operand on is an operand (`env`, `sudo`, `git`). */
export function parseLeadingOptions(spec: OptionSpec, words: readonly Argument[]): ParsedArguments {
  return new ArgumentReader(spec, words, true).read();
}

/** Whether any of the options was given. */
export function has(parsed: ParsedArguments, ...names: readonly string[]): boolean {
  return names.some((name) => parsed.options.has(name));
}

/** The last value given to an option, when it is known. */
export function valueOf(parsed: ParsedArguments, name: string): string | undefined {
  const value = parsed.options.get(name)?.at(-1);
  return value === undefined || isUnresolved(value) ? undefined : value.text;
}
