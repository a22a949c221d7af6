import { hasGlob, isBroad, matchesPath } from './glob';
import { normalise } from './path-parts';

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

/** The folders whose recursive loss hurts, for one home and one project. */
export class ProtectedPaths {
  private readonly paths: readonly ProtectedPath[];
  private readonly byPath: ReadonlyMap<string, ProtectedKind>;

  constructor(home: string, workdir: string) {
    this.paths = protectedPaths(normalise(home), normalise(workdir));
    const entries = this.paths.map(({ kind, path }) => [path.join('/'), kind] as const);
    this.byPath = new Map(entries.reverse());
  }

  /** The kind of a folder named exactly. */
  kindOf(path: readonly string[]): ProtectedKind | undefined {
    return this.byPath.get(path.join('/')) ?? (isSomeHome(path) ? 'home' : undefined);
  }

  /** The kind a pattern reaches: a protected folder itself (`/h*`), or all that is in one (`~/*`). */
  kindOfPattern(pattern: readonly string[]): ProtectedKind | undefined {
    const direct = this.matchedBy(pattern);
    if (direct !== undefined || !isBroad(pattern.at(-1) ?? '')) return direct;
    const end = pattern.findLastIndex((segment) => !isBroad(segment));
    return this.matchedBy(pattern.slice(0, end + 1));
  }

  private matchedBy(pattern: readonly string[]): ProtectedKind | undefined {
    if (!pattern.some(hasGlob)) return this.kindOf(pattern);
    const hit = this.paths.find(({ path }) => matchesPath(pattern, path));
    return hit?.kind ?? (isSomeHome(pattern) ? 'home' : undefined);
  }
}

/** Protected paths, the more telling kind first. */
function protectedPaths(
  home: readonly string[],
  project: readonly string[],
): readonly ProtectedPath[] {
  const as = (kind: ProtectedKind) => (path: readonly string[]) => ({ kind, path });
  return [
    { kind: 'root', path: [] },
    ...SYSTEM_FOLDERS.map((path) => as('system')(path.split('/'))),
    ...(home.length === 0 ? [] : [{ kind: 'home' as const, path: home }]),
    ...KEEPSAKES.map((name) => as('keepsake')([...home, ...name.split('/')])),
    ...(project.length === 0 ? [] : [{ kind: 'project' as const, path: project }]),
    { kind: 'git', path: [...project, '.git'] },
    ...ancestors(project).map(as('ancestor')),
    ...ancestors(home).map(as('system')),
  ];
}

/** `/home/anybody`: another person's home is as precious as one's own. */
function isSomeHome(path: readonly string[]): boolean {
  return path.length === 2 && (path[0] === 'home' || path[0] === 'Users');
}
