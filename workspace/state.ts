import { mkdirSync, chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AigovError } from '../policy';

/** Where the runtime keeps things. Everything below `root` is 0700 and hidden from the jail. */
export interface StatePaths {
  readonly root: string;
  /** Sockets and the running daemon's identity. */
  readonly run: string;
  readonly spool: string;
  readonly log: string;
  /** Socket by which the person outside the jail reaches the runtime. */
  readonly control: string;
}

export function statePaths(root: string): StatePaths {
  const run = join(root, 'run');
  const control = join(run, 'control.sock');
  return { root, run, spool: join(root, 'spool'), log: join(root, 'log'), control };
}

/** Creates the folders, private to the user. Throws STATE_DIR_INVALID when they cannot be or belong to somebody else. */
export function createState(paths: StatePaths, uid: number): void {
  for (const folder of [paths.root, paths.run, paths.spool, paths.log]) createPrivate(folder, uid);
}

function createPrivate(folder: string, uid: number): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (statSync(folder).uid !== uid) throw new Error('it belongs to another user');
    chmodSync(folder, 0o700);
  } catch (cause) {
    throw new AigovError(
      'STATE_DIR_INVALID',
      `${folder}: cannot be the state folder: ${String(cause instanceof Error ? cause.message : cause)}`,
      { remedy: 'Set AIGOV_STATE_DIR to a folder this user may create and own.', cause },
    );
  }
}
