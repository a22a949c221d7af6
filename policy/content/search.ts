import { CharSet, WORD } from './char-set';
import type { Pattern } from './pattern';
import { beginningOf, type Beginning } from './prefix';
import { compileProgram, type Program } from './program';

/** A place in a text where a rule matches. Indices of UTF-16 code units. */
export interface Span {
  readonly rule: number;
  readonly start: number;
  readonly end: number;
}

/** Looks for several patterns at once. */
export interface Search {
  /** Everything any match of a rule covers, per rule joined where matches touch; in order of their beginnings. */
  find(text: string): readonly Span[];
}

/** Undefined: a pattern is too large. Throws for a pattern that matches no text at all: it would match everywhere. */
export function createSearch(patterns: readonly Pattern[]): Search | undefined {
  const program = compileProgram(patterns);
  if (program === undefined) return undefined;
  const beginnings = patterns.map((pattern) => {
    const beginning = beginningOf(pattern);
    if (beginning === undefined) throw new EmptyPattern();
    return beginning;
  });
  const candidates = candidateExpression(beginnings);
  return {
    find(text) {
      const first = nextCandidate(candidates, text, 0);
      return first === text.length
        ? []
        : new Run(program, beginnings, candidates, text).spans(first);
    },
  };
}

export class EmptyPattern extends Error {}

/** Finds where some rule may begin. Literals and one class: nothing in it can backtrack. */
function candidateExpression(beginnings: readonly Beginning[]): RegExp | undefined {
  const texts = beginnings.flatMap((one) => (one.kind === 'texts' ? one.texts : []));
  const sets = beginnings.flatMap((one) => (one.kind === 'set' ? [one.set] : []));
  const set = sets.reduce((all, one) => all.with(one), CharSet.NONE);
  const parts = [...new Set(texts)].map((text) => text.replaceAll(/[^\w ]/g, escaped));
  if (set.ranges.length > 0) parts.push(`[${set.ranges.map(rangeText).join('')}]`);
  return parts.length === 0 ? undefined : new RegExp(parts.join('|'), 'g');
}

function rangeText([first, last]: readonly [number, number]): string {
  return `${escaped(String.fromCharCode(first))}-${escaped(String.fromCharCode(last))}`;
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function nextCandidate(candidates: RegExp | undefined, text: string, from: number): number {
  if (candidates === undefined) return text.length;
  candidates.lastIndex = from;
  return candidates.exec(text)?.index ?? text.length;
}

/**
 * One pass over one text. Each step of the program is alive at most once, with the earliest beginning that leads to it:
 * a character costs at most as many operations as the program has steps, whatever the text.
 */
class Run {
  readonly #steps: Program['steps'];
  readonly #entries: readonly number[];
  readonly #beginnings: readonly Beginning[];
  readonly #candidates: RegExp | undefined;
  readonly #text: string;
  /** Steps waiting for the next character, by ascending beginning, and those beginnings. */
  #alive: number[] = [];
  #starts: number[] = [];
  #nextAlive: number[] = [];
  #nextStarts: number[] = [];
  /** Position at which a step was last reached, plus one. */
  readonly #reached: Uint32Array;
  readonly #waiting: number[] = [];
  readonly #open = new Map<number, { start: number; end: number }>();
  readonly #done: Span[] = [];

  constructor(
    { steps, entries }: Program,
    beginnings: readonly Beginning[],
    candidates: RegExp | undefined,
    text: string,
  ) {
    this.#steps = steps;
    this.#entries = entries;
    this.#beginnings = beginnings;
    this.#candidates = candidates;
    this.#text = text;
    this.#reached = new Uint32Array(steps.length);
  }

  spans(firstCandidate: number): readonly Span[] {
    const { length } = this.#text;
    for (let at = firstCandidate; at < length;) {
      this.#begin(at);
      this.#read(at);
      at = this.#alive.length > 0 ? at + 1 : nextCandidate(this.#candidates, this.#text, at + 1);
    }
    for (const [rule, span] of this.#open) this.#done.push({ rule, ...span });
    return this.#done.sort((a, b) => a.start - b.start || a.end - b.end);
  }

  #begin(at: number): void {
    for (const [rule, entry] of this.#entries.entries())
      if (this.#mayBegin(rule, at)) this.#reach(entry, at, at, this.#alive, this.#starts);
  }

  #mayBegin(rule: number, at: number): boolean {
    const beginning = this.#beginnings[rule];
    if (beginning?.kind === 'set') return beginning.set.has(this.#text.charCodeAt(at));
    return beginning?.texts.some((text) => this.#text.startsWith(text, at)) === true;
  }

  #read(at: number): void {
    const unit = this.#text.charCodeAt(at);
    const [alive, starts] = [this.#alive, this.#starts];
    for (let i = 0; i < alive.length; i += 1) {
      const step = this.#steps[alive[i] ?? 0];
      if (step?.op !== 'char' || !step.set.has(unit)) continue;
      this.#reach(step.next, starts[i] ?? 0, at + 1, this.#nextAlive, this.#nextStarts);
    }
    [this.#alive, this.#nextAlive] = [this.#nextAlive, alive];
    [this.#starts, this.#nextStarts] = [this.#nextStarts, starts];
    this.#nextAlive.length = 0;
    this.#nextStarts.length = 0;
  }

  /** Follows everything that needs no character. */
  #reach(first: number, start: number, at: number, alive: number[], starts: number[]): void {
    const waiting = this.#waiting;
    waiting.push(first);
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (this.#reached[index] === at + 1) continue;
      this.#reached[index] = at + 1;
      const step = this.#steps[index];
      if (step?.op === 'split') waiting.push(...step.targets);
      else if (step?.op === 'match') this.#onMatch(step.rule, start, at);
      else if (step?.op === 'char') {
        alive.push(index);
        starts.push(start);
      } else if (step?.op === 'boundary' && this.#isBoundary(at)) waiting.push(step.next);
    }
  }

  #isBoundary(at: number): boolean {
    const isWord = (index: number) => WORD.has(this.#text.charCodeAt(index));
    return (at > 0 && isWord(at - 1)) !== (at < this.#text.length && isWord(at));
  }

  #onMatch(rule: number, start: number, end: number): void {
    const open = this.#open.get(rule);
    if (open === undefined) {
      this.#open.set(rule, { start, end });
    } else if (start <= open.end) {
      open.start = Math.min(open.start, start);
      open.end = end;
    } else {
      this.#done.push({ rule, ...open });
      this.#open.set(rule, { start, end });
    }
  }
}
