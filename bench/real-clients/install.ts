import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RealClient } from './cases';

/** Where the jail sees what lies outside: its /tmp is its own. */
export const VISIBLE_TMP = '/var/tmp';

/** Kept between runs: the clients are over a gigabyte together. A folder each: npm prunes what it did not just install. */
const CACHE = join(VISIBLE_TMP, 'aigov-real-clients');

/** The `.bin` of a client in the version its facts were recorded from; undefined when nobody installed it here. */
export function installedClient(client: RealClient): string | undefined {
  const bin = join(folderOf(client), 'node_modules', '.bin');
  return existsSync(bin) ? bin : undefined;
}

/** Installs a client unless it is there. Returns its `.bin`. Two installs at once are fine: the first one counts. */
export function installClient(client: RealClient, onProgress: (text: string) => void): string {
  const installed = installedClient(client);
  if (installed !== undefined) return installed;
  const { npmPackage, version, installScript } = client;
  onProgress(`npm install ${npmPackage}@${version}\n`);
  mkdirSync(CACHE, { recursive: true });
  const prefix = mkdtempSync(join(CACHE, 'installing-'));
  try {
    const flags = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', prefix];
    const stdio = ['ignore', 'ignore', 'inherit'] as const;
    execFileSync('npm', [...flags, `${npmPackage}@${version}`], { stdio: [...stdio] });
    const home = join(prefix, 'node_modules', npmPackage);
    if (installScript !== undefined) execFileSync(process.execPath, [installScript], { cwd: home });
    chmodSync(prefix, 0o755); // mkdtemp makes it private, and tests run as somebody else
    moveInto(folderOf(client), prefix);
  } finally {
    rmSync(prefix, { recursive: true, force: true });
  }
  return join(folderOf(client), 'node_modules', '.bin');
}

function folderOf({ definition, version }: RealClient): string {
  return join(CACHE, `${definition.id}-${version}`);
}

/** In one step, so that nobody sees half an install; somebody else's complete one is as good. */
function moveInto(target: string, prefix: string): void {
  try {
    renameSync(prefix, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}

/** Folder of the Node that runs this: clients written in JavaScript need a newer one than a workspace may have. */
export const NODE_FOLDER = dirname(process.execPath);
