import { hasGlob, isBroad, matchesPath } from './glob';
import { normalise } from './path-parts';

/** What would be lost. `ancestor` is a folder above the project. */
export type ProtectedKind =
  'root' | 'system' | 'home' | 'keepsake' | 'ancestor' | 'project' | 'git';

function names(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

const SYSTEM_FOLDERS = names(`
  bin boot dev etc home lib lib32 lib64 libx32 media mnt nix opt proc root run sbin srv sys usr
  var workspaces usr/bin usr/include usr/lib usr/lib32 usr/lib64 usr/libexec usr/local
  usr/local/bin usr/local/lib usr/sbin usr/share usr/src lib/modules var/backups var/db var/lib
  var/log var/mail var/spool var/www Applications Library System Users Volumes private Windows
`);

/** Folders of a home that hold what no rebuild brings back. */
const KEEPSAKES = names(`
  .ssh .gnupg .aws .azure .kube .docker .config .config/gcloud .local .local/share
  .password-store .mozilla .thunderbird Desktop Documents Downloads Library Movies Music Pictures
  Videos Dropbox
`);

const IS_SYSTEM: ReadonlySet<string> = new Set(SYSTEM_FOLDERS);
const IS_KEEPSAKE: ReadonlySet<string> = new Set(KEEPSAKES);

/** `/home/anybody`: another person's home is as precious as one's own. */
function isSomeHome(path: readonly string[]): boolean {
  return path.length === 2 && (path[0] === 'home' || path[0] === 'Users');
}

function ancestors(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, depth) => parts.slice(0, depth + 1).join('/'));
}

/** The folders whose recursive loss hurts, for one home and one project. */
export class ProtectedPaths {
  private readonly home: string;
  private readonly project: string;
  private paths: readonly (readonly string[])[] | undefined;

  constructor(home: string, workdir: string) {
    this.home = normalise(home).join('/');
    this.project = normalise(workdir).join('/');
  }

  /** The kind of a folder named exactly: one's own places first, since they may be a system folder too. */
  kindOf(path: readonly string[]): ProtectedKind | undefined {
    const key = path.join('/');
    if (key === '') return 'root';
    return this.ownKind(key) ?? this.commonKind(key, path);
  }

  /** The kind a pattern reaches: a protected folder itself (`/h*`), or all that is in one (`~/*`). */
  kindOfPattern(pattern: readonly string[]): ProtectedKind | undefined {
    const direct = this.matchedBy(pattern);
    if (direct !== undefined || !isBroad(pattern.at(-1) ?? '')) return direct;
    const end = pattern.findLastIndex((segment) => !isBroad(segment));
    return this.matchedBy(pattern.slice(0, end + 1));
  }

  private ownKind(key: string): ProtectedKind | undefined {
    if (key === this.home) return 'home';
    if (key === this.project) return 'project';
    if (key === this.below(this.project, '.git')) return 'git';
    const isInHome = this.home === '' || key.startsWith(`${this.home}/`);
    return isInHome && IS_KEEPSAKE.has(key.slice(this.below(this.home, '').length))
      ? 'keepsake'
      : undefined;
  }

  private commonKind(key: string, path: readonly string[]): ProtectedKind | undefined {
    if (IS_SYSTEM.has(key) || this.home.startsWith(`${key}/`)) return 'system';
    if (isSomeHome(path)) return 'home';
    return this.project.startsWith(`${key}/`) ? 'ancestor' : undefined;
  }

  private below(folder: string, name: string): string {
    return folder === '' ? name : `${folder}/${name}`;
  }

  private matchedBy(pattern: readonly string[]): ProtectedKind | undefined {
    if (!pattern.some(hasGlob)) return this.kindOf(pattern);
    const hit = this.all().find((path) => matchesPath(pattern, path));
    if (hit) return this.kindOf(hit);
    return isSomeHome(pattern) ? 'home' : undefined;
  }

  /** Every protected path, for patterns; made when the first one is asked for. */
  private all(): readonly (readonly string[])[] {
    this.paths ??= [
      this.home,
      this.project,
      this.below(this.project, '.git'),
      ...KEEPSAKES.map((name) => this.below(this.home, name)),
      ...SYSTEM_FOLDERS,
      ...ancestors(this.home),
      ...ancestors(this.project),
    ].map((path) => path.split('/').filter(Boolean));
    return this.paths;
  }
}
