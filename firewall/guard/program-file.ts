/**
 * Which program a file really is: by its name, by the interpreter its first line names, or, for a renamed copy, by
 * its bytes. The file is read through the supervisor's descriptor, so it is the very one the kernel will run.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';

export interface ProgramFile {
  /** Readable from this process, for example `/proc/<pid>/fd/<n>`. */
  readonly handle: string;
  /** Its path, links resolved. */
  readonly path: string;
}

export interface Program {
  /** Names a rule could know it by. */
  readonly names: readonly string[];
  /** For a script: interpreter and its one argument, which the kernel puts before the script's path. */
  readonly interpreter: readonly string[];
  /** The watched program this file is a copy of, though its name says otherwise. */
  readonly copyOf?: string;
}

const HEAD_BYTES = 256;
const PROGRAM_FOLDERS = [
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
];

/** Interpreter and argument of a `#!` line; the kernel takes all after the first word as one argument. */
export function parseInterpreterLine(head: string): readonly string[] {
  const line = /^#![ \t]*([^\n\0]*)/.exec(head)?.[1]?.trimEnd() ?? '';
  const [, program, argument] = /^(\S+)(?:[ \t]+(.*))?$/.exec(line) ?? [];
  if (program === undefined) return [];
  return argument === undefined ? [program] : [program, argument];
}

/** Knows the bytes of the watched programs installed on this machine. */
export class ProgramFiles {
  readonly #bySize = new Map<number, { path: string; hash?: string }[]>();

  /** `names`: the programs rules watch. */
  constructor(names: Iterable<string>, folders: readonly string[] = PROGRAM_FOLDERS) {
    const paths = new Set<string>();
    for (const name of names) for (const folder of folders) addRealPath(paths, join(folder, name));
    for (const path of paths) {
      const size = statSync(path).size;
      this.#bySize.set(size, [...(this.#bySize.get(size) ?? []), { path }]);
    }
  }

  identify(file: ProgramFile): Program {
    // Without O_NONBLOCK a jailed process could hold this process up with a fifo.
    const fd = openSync(file.handle, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const length = readSync(fd, head, 0, HEAD_BYTES, 0);
      const interpreter = parseInterpreterLine(head.subarray(0, length).toString('latin1'));
      const copyOf = this.#originalOf(fd, file.path);
      return {
        names: [basename(file.path), ...interpreter.slice(0, 1).map((path) => basename(path))],
        interpreter,
        ...(copyOf === undefined ? {} : { copyOf }),
      };
    } finally {
      closeSync(fd);
    }
  }

  #originalOf(fd: number, path: string): string | undefined {
    const candidates = this.#bySize.get(fstatSync(fd).size) ?? [];
    if (candidates.length === 0 || candidates.some((candidate) => candidate.path === path))
      return undefined;
    const hash = hashOf(readFileSync(fd));
    return candidates.find(
      (candidate) => (candidate.hash ??= hashOf(readFileSync(candidate.path))) === hash,
    )?.path;
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function addRealPath(paths: Set<string>, path: string): void {
  try {
    paths.add(realpathSync.native(path));
  } catch {
    // not installed here
  }
}
