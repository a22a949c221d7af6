import type { Argument } from './argument';
import { ProtectedPaths } from './protected-path';

/** Where relative and symbolic paths lead. */
export interface Places {
  /** Absent when the text changed it to something unknown. */
  readonly cwd?: string;
  readonly home: string;
  /** Root of the project the agent works in. */
  readonly workdir: string;
  /** What must not be lost, for this home and project. */
  readonly protectedPaths: ProtectedPaths;
}

/** Places of one request. */
export function placesAt(cwd: string, home: string, workdir: string): Places {
  return { cwd, home, workdir, protectedPaths: new ProtectedPaths(home, workdir) };
}

/** One program about to run, with its wrappers taken off. */
export interface Invocation {
  /** Canonical program name: `rm`, `git`, `mkfs.ext4`. */
  readonly program: string;
  readonly args: readonly Argument[];
  readonly places: Places;
  /** Text it reads from standard input, when the surrounding shell text says so. */
  readonly stdin?: string;
}

/** Why part of a command could not be read. Closed list. */
export type UnresolvedKind =
  | 'variable'
  | 'command_output'
  | 'program'
  | 'arguments_from_input'
  | 'script_file'
  | 'script_from_input'
  | 'interpreter_code'
  | 'remote_command'
  | 'syntax'
  | 'nesting'
  | 'size';

/** A part of a command nobody can decide on from its text. */
export interface Unresolved {
  readonly kind: UnresolvedKind;
  /** The word or command concerned, as written; at most 200 characters. */
  readonly text: string;
}
