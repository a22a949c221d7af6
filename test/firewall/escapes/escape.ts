import type { Level } from '../../../policy';
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
  /** Levels that do not promise to stop it, each named in docs/firewall-guarantees.md. There it has to succeed. */
  readonly openAt?: readonly Level[];
  /** Decides instead of the printed word, after the program has ended. */
  hasEscaped?(world: World): boolean | Promise<boolean>;
}

/** Levels without a pid namespace. */
export const SEES_PROCESSES: readonly Level[] = ['B', 'B-', 'C'];

/** Levels whose files are guarded by Landlock alone. */
export const WITHOUT_MOUNTS: readonly Level[] = ['B', 'B-', 'C'];

/** Perl: prints ESCAPED when the expression is true. */
export function perlProof(expression: string, prelude = ''): string {
  return `use Socket qw(:all); ${prelude} print "ESCAPED\\n" if (${expression});`;
}
