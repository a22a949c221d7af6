import type { Argument } from './argument';
import { hasGlob, isBroad, matchesPath } from './glob';
import type { Places } from './invocation';
import { normalise, resolvePath } from './path';

/** What would be lost. `ancestor` is a folder above the project. */
export type ProtectedKind =
  'root' | 'system' | 'home' | 'keepsake' | 'ancestor' | 'project' | 'git';

interface ProtectedPath {
  readonly kind: ProtectedKind;
  readonly path: readonly string[];
}

const SYSTEM_FOLDERS = `
  bin boot dev etc home lib lib32 lib64 libx32 media mnt nix opt proc root run sbin srv sys usr
  var workspaces usr/bin usr/include usr/lib usr/lib32 usr/lib64 usr/libexec usr/local
  usr/local/bin usr/local/lib usr/sbin usr/share usr/src lib/modules var/backups var/db var/lib
  var/log var/mail var/spool var/www Applications Library System Users Volumes private Windows
`
  .trim()
  .split(/\s+/);

/** Folders of a home that hold what no rebuild brings back. */
const KEEPSAKES = `
  .ssh .gnupg .aws .azure .kube .docker .config .config/gcloud .local .local/share .password-
  store .mozilla .thunderbird Desktop Documents Downloads Library Movies Music Pictures Videos
  Dropbox
`
  .trim()
  .split(/\s+/);

function ancestors(path: readonly string[]): readonly (readonly string[])[] {
  return path.map((_, depth) => path.slice(0, depth)).filter((above) => above.length > 0);
}

/** Protected paths, the more telling kind first. */
function protectedPaths({ home, workdir }: Places): readonly ProtectedPath[] {
  const project = normalise(workdir);
  const own = normalise(home);
  const as = (kind: ProtectedKind) => (path: readonly string[]) => ({ kind, path });
  return [
    { kind: 'root', path: [] },
    ...SYSTEM_FOLDERS.map((path) => as('system')(path.split('/'))),
    ...(own.length === 0 ? [] : [{ kind: 'home' as const, path: own }]),
    ...KEEPSAKES.map((name) => as('keepsake')([...own, ...name.split('/')])),
    ...(project.length === 0 ? [] : [{ kind: 'project' as const, path: project }]),
    { kind: 'git', path: [...project, '.git'] },
    ...ancestors(project).map(as('ancestor')),
    ...ancestors(own).map(as('system')),
  ];
}

/** `/home/anybody`: another person's home is as precious as one's own. */
function isSomeHome(path: readonly string[]): boolean {
  return path.length === 2 && (path[0] === 'home' || path[0] === 'Users');
}

function kindOf(
  path: readonly string[],
  paths: readonly ProtectedPath[],
  isPattern: boolean,
): ProtectedKind | undefined {
  const isSame = (other: ProtectedPath) =>
    isPattern ? matchesPath(path, other.path) : path.join('/') === other.path.join('/');
  return paths.find(isSame)?.kind ?? (isSomeHome(path) ? 'home' : undefined);
}

/**
 * What a path argument would hit when a program works on it recursively: a protected folder itself, a
 * pattern that includes one (`/h*`), or all that is in one (`~/*`). Undefined: nothing protected, or unknown.
 */
export function protectedKind(word: Argument, places: Places): ProtectedKind | undefined {
  const path = resolvePath(word, places);
  if (path === undefined) return undefined;
  const paths = protectedPaths(places);
  const isPattern = !word.isLiteral && hasGlob(word.text);
  const direct = kindOf(path, paths, isPattern);
  if (direct !== undefined || !isPattern) return direct;
  return isBroad(path.at(-1) ?? '') ? kindBelow(path, paths) : undefined;
}

/** `~/*`, `~/**`, `~/*` + `/*`: the folder whose whole content the trailing patterns mean. */
function kindBelow(
  path: readonly string[],
  paths: readonly ProtectedPath[],
): ProtectedKind | undefined {
  let folder = path;
  while (folder.length > 0 && isBroad(folder.at(-1) ?? '')) folder = folder.slice(0, -1);
  return kindOf(folder, paths, true);
}
