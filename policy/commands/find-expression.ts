import { isUnresolved, UNKNOWN, type Argument } from './argument';
import { isBroad } from './glob';

/** An action of `find` that runs a command or deletes. */
export interface FindAction {
  readonly kind: 'delete' | 'exec';
  /** The command of `-exec`, with `{}` as written. */
  readonly words: readonly Argument[];
  /** Whether a test before it picks files by name, so that it does not meet everything. */
  readonly isNarrowed: boolean;
}

/** A `find` command read. */
export interface FindExpression {
  readonly starts: readonly Argument[];
  readonly actions: readonly FindAction[];
}

const EXECUTING = new Set(['-exec', '-execdir', '-ok', '-okdir']);
const NAME_TESTS = new Set(['-name', '-iname', '-path', '-ipath', '-wholename', '-iwholename']);
const REGEX_TESTS = new Set(['-regex', '-iregex']);

/** `*`, `./*`, `.*`: patterns that let everything through. */
function isNarrow(test: string, pattern: string): boolean {
  if (REGEX_TESTS.has(test)) return !/^(\.?\/)?\.[*+]$/.test(pattern);
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  return parts.some((part) => !isBroad(part));
}

/** Reads the words of an expression once, keeping for each open parenthesis whether a name was asked for. */
class ExpressionReader {
  readonly actions: FindAction[] = [];
  private levels = [false];
  private isNegated = false;

  constructor(private readonly words: readonly Argument[]) {}

  read(): readonly FindAction[] {
    for (let at = 0; at < this.words.length;) at += this.take(at);
    return this.actions;
  }

  private take(at: number): number {
    const word = this.words[at]?.text ?? '';
    if (word === '!' || word === '-not') {
      this.isNegated = true;
      return 1;
    }
    const used = this.structure(word) ?? this.action(word, at) ?? this.test(word, at);
    this.isNegated = false;
    return used;
  }

  private structure(word: string): number | undefined {
    if (word === '(') this.levels.push(false);
    else if (word === ')') {
      const inner = this.levels.pop() ?? false;
      if (this.levels.length === 0) this.levels.push(false);
      if (inner) this.narrow();
    } else if (word === '-o' || word === '-or' || word === ',') this.alternative();
    else return undefined;
    return 1;
  }

  /** In a group every alternative must name something; outside, each stands for itself. */
  private alternative(): void {
    if (this.levels.length === 1) this.levels[0] = false;
  }

  private action(word: string, at: number): number | undefined {
    if (word === '-delete') {
      this.actions.push({ kind: 'delete', words: [], isNarrowed: this.isNarrowed() });
      return 1;
    }
    if (!EXECUTING.has(word)) return undefined;
    const rest = this.words.slice(at + 1);
    const end = rest.findIndex(
      ({ text }, index) => text === ';' || (text === '+' && rest[index - 1]?.text === '{}'),
    );
    const words = end < 0 ? rest : rest.slice(0, end);
    this.actions.push({ kind: 'exec', words, isNarrowed: this.isNarrowed() });
    return words.length + 2;
  }

  private test(word: string, at: number): number {
    const pattern = this.words[at + 1];
    if (NAME_TESTS.has(word) || REGEX_TESTS.has(word)) {
      if (pattern && !this.isNegated && isNarrow(word, pattern.text)) this.narrow();
      return 2;
    }
    if (word === '-empty' && !this.isNegated) this.narrow();
    return 1;
  }

  private narrow(): void {
    this.levels[this.levels.length - 1] = true;
  }

  private isNarrowed(): boolean {
    return this.levels.includes(true);
  }
}

/** Reads the arguments of `find`: where it starts and what it does with what it meets. */
export function readFind(args: readonly Argument[]): FindExpression {
  let first = 0;
  while (/^-([HLP]|O\d*|D)$/.test(args[first]?.text ?? '')) {
    first += args[first]?.text === '-D' ? 2 : 1;
  }
  const isExpression = ({ text }: Argument) => /^[-(!,]/.test(text) && text !== '-';
  const length = args.slice(first).findIndex(isExpression);
  const end = length < 0 ? args.length : first + length;
  const starts = args.slice(first, end);
  return {
    starts: starts.length > 0 ? starts : [{ text: '.', isLiteral: true }],
    actions: new ExpressionReader(args.slice(end)).read(),
  };
}

/** What `{}` stands for: the starts themselves, or something unknown below them. */
export function foundPaths({ starts }: FindExpression, isNarrowed: boolean): readonly Argument[] {
  if (!isNarrowed) return starts;
  return starts.map((start) => ({
    text: isUnresolved(start) ? UNKNOWN : `${start.text}/${UNKNOWN}`,
    isLiteral: true,
  }));
}
