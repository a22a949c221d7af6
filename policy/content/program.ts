import type { CharSet } from './char-set';
import type { Pattern } from './pattern';

/** Most steps a pattern may become: what one character of text can cost at most. */
export const MAX_STEPS = 4000;

/** One step of a search. Targets are indices into the program. */
export type Step =
  | { readonly op: 'char'; readonly set: CharSet; readonly next: number }
  | { readonly op: 'boundary'; readonly next: number }
  | { readonly op: 'split'; readonly targets: readonly number[] }
  | { readonly op: 'match'; readonly rule: number };

/** Several rules as one program (Thompson's construction). */
export interface Program {
  readonly steps: readonly Step[];
  /** Where each rule begins. */
  readonly entries: readonly number[];
}

/** Undefined: a pattern becomes more than `MAX_STEPS` steps. */
export function compileProgram(patterns: readonly Pattern[]): Program | undefined {
  const steps: Step[] = [];
  const entries: number[] = [];
  for (const [rule, pattern] of patterns.entries()) {
    const first = steps.length;
    const match = steps.push({ op: 'match', rule }) - 1;
    entries.push(emit(steps, pattern, match, first + MAX_STEPS));
    if (steps.length > first + MAX_STEPS) return undefined;
  }
  return { steps, entries };
}

/** Writes the steps of a pattern, built from its end, and returns where it begins. */
function emit(steps: Step[], pattern: Pattern, next: number, limit: number): number {
  if (steps.length > limit) return next;
  switch (pattern.kind) {
    case 'set':
      return steps.push({ op: 'char', set: pattern.set, next }) - 1;
    case 'boundary':
      return steps.push({ op: 'boundary', next }) - 1;
    case 'all':
      return pattern.parts.reduceRight((after, part) => emit(steps, part, after, limit), next);
    case 'any': {
      const targets = pattern.parts.map((part) => emit(steps, part, next, limit));
      return steps.push({ op: 'split', targets }) - 1;
    }
    case 'repeat':
      return emitRepeat(steps, pattern, next, limit);
  }
}

function emitRepeat(
  steps: Step[],
  { part, min, max }: Extract<Pattern, { kind: 'repeat' }>,
  next: number,
  limit: number,
): number {
  let entry = max === Infinity ? emitLoop(steps, part, next, limit) : next;
  for (let i = min; i < (max === Infinity ? 0 : max) && steps.length <= limit; i += 1) {
    const targets = [emit(steps, part, entry, limit), next];
    entry = steps.push({ op: 'split', targets }) - 1;
  }
  for (let i = 0; i < min && steps.length <= limit; i += 1) entry = emit(steps, part, entry, limit);
  return entry;
}

/** Any number of times, none included. */
function emitLoop(steps: Step[], part: Pattern, next: number, limit: number): number {
  const targets = [next];
  const loop = steps.push({ op: 'split', targets }) - 1;
  targets.push(emit(steps, part, loop, limit));
  return loop;
}
