import { readdir, readFile } from 'node:fs/promises';

/** A process of the workspace that nobody ended. */
export interface LeftBehind {
  readonly pid: number;
  /** Its program and first arguments; secrets do not belong into argv, so it is shown. */
  readonly command: string;
}

/**
 * Processes whose environment names this folder: what a workspace started has its script folder on PATH, even when it
 * went into the background and into a session of its own. Linux only; elsewhere none are found.
 */
export async function findByFolder(folder: string): Promise<readonly LeftBehind[]> {
  const pids = (await names('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => holds(pid, folder)));
  return found.filter((each) => each !== undefined);
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

async function holds(pid: number, folder: string): Promise<LeftBehind | undefined> {
  if (pid === process.pid) return undefined;
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    if (!environment.includes(folder)) return undefined;
    return { pid, command: await commandOf(pid) };
  } catch {
    // Ended meanwhile, or another user's.
    return undefined;
  }
}

/** Right after a fork the kernel shows an empty command line now and then: then its bare name. */
async function commandOf(pid: number): Promise<string> {
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, 3);
  const line = words.join(' ').trim().slice(0, 200);
  return line === '' ? (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() : line;
}
