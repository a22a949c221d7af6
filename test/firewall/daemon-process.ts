/** A daemon in a process of its own: for killing it, and for other versions of Node. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { HELPER } from './jail-fixture';

/** Bundles the daemon as the workspace runtime is bundled; returns the file. */
export function bundleDaemon(folder: string): string {
  const outfile = join(folder, 'daemon.js');
  buildSync({
    entryPoints: [join(__dirname, 'killed-daemon.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    outfile,
  });
  return outfile;
}

export interface DaemonProcess {
  readonly child: ChildProcess;
  /** Program and arguments before the command. */
  readonly launch: readonly string[];
}

export async function startDaemon(
  bundle: string,
  folder: string,
  execPath = process.execPath,
): Promise<DaemonProcess> {
  mkdirSync(folder, { mode: 0o700 });
  const child = fork(bundle, [folder, HELPER, join(folder, 'records')], {
    execPath,
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return { child, launch: JSON.parse(line.toString()) as string[] };
}
