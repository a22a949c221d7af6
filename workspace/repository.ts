import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Longest `.git/config` read, and longest URL taken from it. */
const MAX_CONFIG_BYTES = 65_536;
const MAX_URL_LENGTH = 512;

/**
 * URL of the remote `origin` of the repository at `workdir`, without credentials; undefined when there is none. What
 * it says is the project's own claim: anybody who may write `.git/config` chooses it.
 */
export function findRepository(workdir: string): string | undefined {
  try {
    const url = originOf(readBounded(join(gitFolder(join(workdir, '.git')), 'config')));
    return url === undefined || url.length > MAX_URL_LENGTH ? undefined : withoutCredentials(url);
  } catch {
    return undefined;
  }
}

/** In a linked worktree `.git` is a file that names its folder; remotes stand in the common one (gitrepository-layout). */
function gitFolder(path: string): string {
  if (statSync(path).isDirectory()) return path;
  const named = /^gitdir: (.+)$/m.exec(readBounded(path))?.[1] ?? '';
  const folder = resolve(path, '..', named);
  return resolve(folder, readBounded(join(folder, 'commondir')).trim());
}

function readBounded(path: string): string {
  const { size } = statSync(path);
  if (size > MAX_CONFIG_BYTES) throw new Error(`${path} is over ${MAX_CONFIG_BYTES} bytes`);
  return readFileSync(path, 'utf8');
}

function originOf(config: string): string | undefined {
  const section = /^\s*\[remote "origin"\]\s*$([^[]*)/m.exec(config)?.[1];
  return section === undefined ? undefined : /^\s*url\s*=\s*(\S+)\s*$/m.exec(section)?.[1];
}

function withoutCredentials(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
}
