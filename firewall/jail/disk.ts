/** The real file system, as the mount plan asks for it. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Disk } from './mounts';

export const realDisk: Disk = {
  resolve(path) {
    try {
      return realpathSync.native(path);
    } catch {
      return undefined;
    }
  },
  isFolder(path) {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  },
  list(folder) {
    try {
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => !entry.isSymbolicLink())
        .map(({ name }) => name);
    } catch {
      return [];
    }
  },
};

/** Listening unix sockets that have a path, from /proc/net/unix (proc(5)): another network namespace does not hide them. */
export function listPathSockets(procFile = '/proc/net/unix'): string[] {
  const paths = readText(procFile)
    .split('\n')
    .flatMap((line) => /^\S+ \S+ \S+ \S+ \S+ \S+ +\d+ (\/.*)$/.exec(line)?.[1] ?? []);
  return [...new Set(paths)];
}

/** The project a folder belongs to: the nearest folder upwards that holds `.git`, else the folder itself. */
export function findWorkdir(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (statSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined) return folder;
    if (folder === dirname(folder)) return cwd;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
