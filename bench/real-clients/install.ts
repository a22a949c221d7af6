import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RealClient } from './cases';

/** Where the jail sees what lies outside: its /tmp is its own. */
export const VISIBLE_TMP = '/var/tmp';

/** Kept between runs: the clients are over a gigabyte together. A folder each: npm prunes what it did not just install. */
const CACHE = join(VISIBLE_TMP, 'aigov-real-clients');

/** Installs a client, unless the version its facts were recorded from is there already. Returns its `.bin`. */
export function installClient(client: RealClient, onProgress: (text: string) => void): string {
  const { npmPackage, version, installScript } = client;
  const prefix = join(CACHE, client.definition.id);
  const home = join(prefix, 'node_modules', npmPackage);
  if (installedVersion(home) !== version) {
    onProgress(`npm install ${npmPackage}@${version}\n`);
    mkdirSync(prefix, { recursive: true });
    const flags = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', prefix];
    execFileSync('npm', [...flags, `${npmPackage}@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (installScript !== undefined) execFileSync(process.execPath, [installScript], { cwd: home });
  }
  return join(prefix, 'node_modules', '.bin');
}

function installedVersion(home: string): string | undefined {
  try {
    const text = readFileSync(join(home, 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** Folder of the Node that runs this: clients written in JavaScript need a newer one than a workspace may have. */
export const NODE_FOLDER = dirname(process.execPath);
