/**
 * The command guard's deciding half: what the supervisor asks about one exec, answered from the policy. A seat
 * belt, not a boundary: the caller's memory may change after it was read (docs/firewall-guarantees.md).
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Decision } from '../../policy';
import { ProgramFiles, type Program } from './program-file';

/** One exec, as read from the caller. */
export interface ExecQuestion {
  readonly pid: number;
  readonly argv: readonly string[];
  /** As the caller wrote it. */
  readonly path: string;
  /** Links resolved; absent when the file could not be opened. */
  readonly realPath?: string;
  readonly cwd?: string;
  /** How this process can open the file. */
  readonly handle?: string;
  /** Device, inode, size and times: another text means another or a changed file. */
  readonly identity?: string;
  /** The argument list was too long to be read whole. */
  readonly isCut: boolean;
  /** Memory or file could not be read. */
  readonly isUnreadable: boolean;
}

export interface ExecRequest {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly executable?: string;
  readonly home?: string;
  readonly workdir?: string;
}

/** `decideCommand` of policy/, bound to the policy in force. */
export type DecideExec = (request: ExecRequest) => Decision;

export interface GuardPolicy {
  readonly decideExec: DecideExec;
  /** Names of programs some rule could match; `watchedCommandNames` of policy/. */
  readonly watchedNames: readonly string[];
}

export interface ExecAnswer {
  readonly decision: Decision;
  /** False: no rule could ever match this file, so it need not be asked about again. */
  readonly isWatched: boolean;
  /** What was decided on: the arguments, with the interpreter of a script before them. */
  readonly argv: readonly string[];
  readonly executable: string;
}

/** They are many programs in one file, chosen by argv[0] or the first argument; and loaders run any file. */
const ALWAYS_WATCHED =
  /^(busybox|toybox|coreutils|uutils|ld(-linux|-musl|-elf)?[-.\w]*\.so(\.\d+)*)$/;

const UNREADABLE: Decision = {
  effect: 'deny',
  reason: 'command_unreadable',
  remedy: 'Run the program without hiding its memory or arguments from the firewall.',
};

const UNWATCHED: Decision = { effect: 'allow', reason: 'no_rule_denies' };

/** Files whose nature is remembered; forgetting one costs reading it again. */
const MAX_KNOWN_FILES = 4096;

export class Guard {
  readonly #watched: ReadonlySet<string>;
  readonly #files: ProgramFiles;
  readonly #known = new Map<string, Program>();

  constructor(readonly policy: GuardPolicy) {
    this.#watched = new Set(policy.watchedNames);
    this.#files = new ProgramFiles(policy.watchedNames);
  }

  /** Decides one exec. Reads the file's head and, where its size is that of a watched program, its bytes. */
  decide(question: ExecQuestion, places: { home: string; workdir: string }): ExecAnswer {
    const executable = question.realPath ?? question.path;
    const { argv, handle } = question;
    if (question.isUnreadable || handle === undefined)
      return { decision: UNREADABLE, isWatched: true, argv, executable };
    const program = this.#identify(handle, executable, question.identity);
    if (program === undefined) return { decision: UNREADABLE, isWatched: true, argv, executable };
    if (!this.#isWatched(program, question))
      return { decision: UNWATCHED, isWatched: false, argv, executable };
    if (question.isCut) return { decision: UNREADABLE, isWatched: true, argv, executable };
    const readings = readingsOf(program, question, executable);
    const decided = readings.map((reading) => ({
      ...reading,
      decision: this.policy.decideExec({
        ...reading,
        ...(question.cwd === undefined ? {} : { cwd: question.cwd }),
        ...places,
      }),
    }));
    const strictest = decided.find(({ decision }) => decision.effect === 'deny') ?? decided[0];
    return { decision: UNREADABLE, argv, ...strictest, isWatched: true, executable };
  }

  #identify(handle: string, path: string, identity: string | undefined): Program | undefined {
    const key = identity === undefined ? undefined : `${identity} ${path}`;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    try {
      const program = this.#files.identify({ handle, path });
      if (this.#known.size >= MAX_KNOWN_FILES) this.#known.clear();
      if (key !== undefined) this.#known.set(key, program);
      return program;
    } catch {
      return undefined;
    }
  }

  #isWatched(program: Program, { path }: ExecQuestion): boolean {
    if (program.copyOf !== undefined || this.#watched.has('*')) return true;
    return [...program.names, basename(path)].some(
      (name) => this.#watched.has(name) || ALWAYS_WATCHED.test(name),
    );
  }
}

/**
 * All that one exec may mean: what argv says, and what the file is underneath. A script runs its interpreter with
 * the script's path, a renamed copy runs what it is a copy of.
 */
function readingsOf({ interpreter, copyOf }: Program, question: ExecQuestion, executable: string) {
  const argv = question.argv.length === 0 ? [question.path] : question.argv;
  const rest = argv.slice(1);
  const readings = [{ argv, executable }];
  if (copyOf !== undefined) readings.push({ argv: [copyOf, ...rest], executable: copyOf });
  const [runs] = interpreter;
  if (runs !== undefined)
    readings.push({ argv: [...interpreter, question.path, ...rest], executable: runs });
  return readings;
}

/** SHA-256, hex, over the arguments: tells two commands apart without storing what they say. */
export function hashArguments(argv: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(argv)).digest('hex');
}
