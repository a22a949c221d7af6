import type { CompoundList, Function as FunctionNode } from 'unbash';
import { UNKNOWN, type Argument } from '../argument';
import type { Places } from '../invocation';

/** A variable that is never known: what an unknown part becomes when a text is read again. */
export const UNKNOWN_VARIABLE = '__aigov_unknown';

/** Longer values count as unknown: `X=$X$X` doubles with each line. */
const MAX_VALUE_CHARS = 16_384;

/** A function body of the text. */
export type FunctionBody = FunctionNode['body'] | CompoundList;

/** What a shell knows at one point of a text: directory, variables, functions, parameters. */
export class Scope {
  private constructor(
    public places: Places,
    private readonly environment: Readonly<Record<string, string>> | undefined,
    private readonly variables: Map<string, readonly string[]>,
    /** Variables whose value is a pattern that stands for the names it matches: `for f in *`. */
    private readonly patterns: Set<string>,
    readonly functions: Map<string, FunctionBody>,
    /** `$0`, `$1`, …; undefined when nobody can know them. */
    public parameters: readonly Argument[] | undefined,
    /** Functions being walked, so that recursion ends. */
    readonly active: ReadonlySet<string>,
  ) {}

  /** @param environment all variables of the process; absent when unknown */
  static start(places: Places, environment?: Readonly<Record<string, string>>): Scope {
    return new Scope(places, environment, new Map(), new Set(), new Map(), undefined, new Set());
  }

  /** A subshell: starts equal, changes nothing outside. */
  fork(change: { places?: Places; active?: string } = {}): Scope {
    return new Scope(
      change.places ?? this.places,
      this.environment,
      new Map(this.variables),
      new Set(this.patterns),
      new Map(this.functions),
      this.parameters,
      change.active === undefined ? this.active : new Set([...this.active, change.active]),
    );
  }

  /** Takes over what one of two ways left behind: where both differ nothing is known. */
  join(first: Scope, second: Scope): void {
    const { cwd: _, ...rest } = this.places;
    const { cwd } = first.places;
    this.places = cwd !== undefined && cwd === second.places.cwd ? { ...rest, cwd } : rest;
    for (const name of new Set([...first.variables.keys(), ...second.variables.keys()])) {
      const [one, other] = [first.value(name), second.value(name)];
      this.variables.set(name, [one === other ? one : UNKNOWN]);
    }
    for (const [name, body] of [...first.functions, ...second.functions]) {
      this.functions.set(name, body);
    }
  }

  assign(name: string, values: readonly string[], isPattern = false): void {
    const length = values.reduce((sum, value) => sum + value.length + 1, 0);
    this.variables.set(name, length > MAX_VALUE_CHARS ? [UNKNOWN] : values);
    if (isPattern) this.patterns.add(name);
    else this.patterns.delete(name);
  }

  /** Whether a variable stands for all names its value matches, quoted or not. */
  isPattern(name: string): boolean {
    return this.patterns.has(name);
  }

  /** All elements of a variable; a plain one has one, an unset one none. Unknown: one UNKNOWN. */
  values(name: string): readonly string[] {
    const known = this.variables.get(name);
    if (known) return known;
    const given = this.environment?.[name];
    if (given !== undefined) return [given];
    const { cwd, home } = this.places;
    if (name === UNKNOWN_VARIABLE) return [UNKNOWN];
    if (name === 'IFS') return [' '];
    if (name === 'HOME') return [home];
    if (name === 'SHELL') return ['/bin/sh'];
    if (name === 'PWD') return [cwd ?? UNKNOWN];
    return this.environment === undefined ? [UNKNOWN] : [];
  }

  value(name: string): string {
    return this.values(name)[0] ?? '';
  }
}
