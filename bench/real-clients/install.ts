import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RealClient } from './cases';

/** Where the jail sees what lies outside: its /tmp is its own. */
export const VISIBLE_TMP = '/var/tmp';

/** Kept between runs: the three clients are some 860 MB. */
const CACHE = join(VISIBLE_TMP, 'aigov-real-clients');

/** Installs the clients that are not there yet, in the versions their facts were recorded from. Returns their `.bin`. */
export function installClients(
  wanted: readonly RealClient[],
  onProgress: (text: string) => void,
): string {
  mkdirSync(CACHE, { recursive: true });
  const missing = wanted.filter((client) => installedVersion(client) !== client.version);
  if (missing.length > 0) install(missing, onProgress);
  return join(CACHE, 'node_modules', '.bin');
}

function install(missing: readonly RealClient[], onProgress: (text: string) => void): void {
  const packages = missing.map(({ npmPackage, version }) => `${npmPackage}@${version}`);
  onProgress(`npm install ${packages.join(' ')}\n`);
  // one npm run for all: without a package.json each run would prune what the one before installed
  const flags = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', CACHE];
  execFileSync('npm', [...flags, ...packages], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (const client of missing) {
    if (client.installScript === undefined) continue;
    execFileSync(process.execPath, [client.installScript], { cwd: packageFolder(client) });
  }
}

function packageFolder({ npmPackage }: RealClient): string {
  return join(CACHE, 'node_modules', npmPackage);
}

function installedVersion(client: RealClient): string | undefined {
  try {
    const text = readFileSync(join(packageFolder(client), 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** Folder of the Node that runs this: clients written in JavaScript need a newer one than a workspace may have. */
export const NODE_FOLDER = dirname(process.execPath);
