import type { World } from './world';

/**
 * One attempt to get out. The program prints `ESCAPED` when it has reached its aim; the test runs it outside first,
 * where it must, and then in the jail, where it must not.
 */
export interface Escape {
  readonly name: string;
  /** Interpreter of the code: all are on every machine these tests run on. */
  readonly by: 'sh' | 'perl' | 'node';
  code(world: World): string;
  /** The attack itself needs uid 0 outside, so only the root job can prove it. */
  readonly needsRoot?: boolean;
  /** Decides instead of the printed word, after the program has ended. */
  hasEscaped?(world: World): boolean | Promise<boolean>;
}

/** Perl: prints ESCAPED when the expression is true. */
export function perlProof(expression: string, prelude = ''): string {
  return `use Socket qw(:all); ${prelude} print "ESCAPED\\n" if (${expression});`;
}
