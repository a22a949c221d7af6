import { argument, isUnresolved, UNKNOWN, type Argument } from './argument';
import type { Invocation, Places, Unresolved, UnresolvedKind } from './invocation';
import { resolvePath } from './path';
import { canonicalWords } from './program';
import { readScript } from './shell/read-script';
import { Scope, UNKNOWN_VARIABLE } from './shell/scope';
import { ShellWalk } from './shell/walk';
import { unwrap, type Inner } from './unwrap';

/** How deep wrappers in wrappers and texts in texts are followed. */
const MAX_DEPTH = 10;
/** Steps one request may take: words, commands (15 each), and text read again by `eval` and its kin. */
const MAX_STEPS = 20_000;
const CHARS_PER_STEP = 32;
const MAX_UNRESOLVED = 50;
const MAX_UNRESOLVED_CHARS = 200;

/** What a command line comes down to. */
export interface Examination {
  readonly invocations: readonly Invocation[];
  readonly unresolved: readonly Unresolved[];
  /** False when it was too large or too deep to read to its end. */
  readonly isComplete: boolean;
}

class Examiner {
  readonly invocations: Invocation[] = [];
  readonly unresolved: Unresolved[] = [];
  isComplete = true;
  private steps = 0;
  private readonly seen = new Set<string>();

  words(words: readonly Argument[], scope: Scope, stdin: string | undefined, depth: number): void {
    const [name, ...args] = canonicalWords(words);
    if (name === undefined) return;
    if (isUnresolved(name)) this.unknownProgram(words, scope, stdin, depth);
    const { places } = scope;
    const invocation = {
      program: name.text,
      args,
      places,
      ...(stdin === undefined ? {} : { stdin }),
    };
    this.invocations.push(invocation);
    for (const inner of unwrap(invocation)) this.inner(inner, scope, stdin, depth, name.text);
  }

  text(text: string, scope: Scope, stdin: string | undefined, depth: number): void {
    const script = readScript(text);
    if (script === undefined) return this.report('size', text);
    const host = {
      command: (words: readonly Argument[], inner: Scope, input: string | undefined) =>
        this.words(words, inner, input, depth),
      unresolved: (kind: UnresolvedKind, what: string) => this.report(kind, what),
      spend: (steps: number) => this.spend(steps, text),
    };
    new ShellWalk(host).script(script, scope, stdin);
  }

  private inner(
    inner: Inner,
    scope: Scope,
    stdin: string | undefined,
    depth: number,
    by: string,
  ): void {
    if (inner.kind === 'unresolved') return this.report(inner.why, inner.text);
    if (depth >= MAX_DEPTH || !this.spend(costOf(inner), by)) return this.report('nesting', by);
    if (inner.kind === 'words') {
      const own = inner.directory ? scope.fork({ places: moved(inner.directory, scope) }) : scope;
      return this.words(inner.words, own, stdin, depth + 1);
    }
    if (isUnresolved(inner.text)) this.report('variable', inner.text.text);
    const own = by === 'eval' ? scope : scope.fork();
    if (inner.parameters) own.parameters = inner.parameters;
    this.text(
      inner.text.text.replaceAll(UNKNOWN, `\${${UNKNOWN_VARIABLE}}`),
      own,
      stdin,
      depth + 1,
    );
  }

  /** `$SUDO rm -rf /`: a program that may be nothing leaves the next word to be it. `$SH -c TEXT` is a shell. */
  private unknownProgram(
    words: readonly Argument[],
    scope: Scope,
    stdin: string | undefined,
    depth: number,
  ): void {
    this.report('program', words[0]?.text ?? '');
    const [next] = words.slice(1);
    if (depth >= MAX_DEPTH || next === undefined) return;
    const isShell = /^-[a-z]*c$/.test(next.text);
    const guess = isShell ? [argument('sh'), ...words.slice(1)] : words.slice(1);
    if (isShell || words[0]?.text === UNKNOWN) this.words(guess, scope, stdin, depth + 1);
  }

  private spend(steps: number, text: string): boolean {
    this.steps += steps;
    if (this.steps <= MAX_STEPS) return true;
    this.report('size', text);
    return false;
  }

  private report(kind: UnresolvedKind, text: string): void {
    if (kind === 'nesting' || kind === 'size') this.isComplete = false;
    const shown = text.slice(0, MAX_UNRESOLVED_CHARS).replaceAll(UNKNOWN, '…');
    const key = `${kind} ${shown}`;
    if (this.seen.has(key) || this.unresolved.length >= MAX_UNRESOLVED) return;
    this.seen.add(key);
    this.unresolved.push({ kind, text: shown });
  }
}

function costOf(inner: Inner): number {
  return inner.kind === 'text' ? inner.text.text.length / CHARS_PER_STEP : 1;
}

function moved(directory: Argument, { places }: Scope): Places {
  const { cwd: _, ...rest } = places;
  const path = resolvePath(directory, places);
  return path ? { ...rest, cwd: `/${path.join('/')}` } : rest;
}

/** Takes an argv apart: the program itself and all it is told to run. */
export function examineArgv(
  argv: readonly string[],
  places: Places,
  environment?: Readonly<Record<string, string>>,
): Examination {
  const examiner = new Examiner();
  examiner.words(argv.map(argument), Scope.start(places, environment), undefined, 0);
  return examiner;
}

/** Takes shell text apart. */
export function examineText(
  text: string,
  places: Places,
  environment?: Readonly<Record<string, string>>,
): Examination {
  const examiner = new Examiner();
  examiner.text(text, Scope.start(places, environment), undefined, 0);
  return examiner;
}
