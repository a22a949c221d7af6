/**
 * What the jail sees of the file system, as a list of steps for the helper: everything read-only, then the writable
 * parts on top, then the protected parts of those, then the hidden ones. Pure: what exists is asked of `disk`.
 */
import { HIDDEN_PATHS, READ_ONLY_PATHS, WRITABLE_PATHS } from './protected-paths';

/** The `files` section of a policy. */
export interface FilePolicy {
  readonly writable?: readonly string[];
  readonly readOnly?: readonly string[];
  readonly hidden?: readonly string[];
}

/** One step; the letters are the helper's. `isOptional`: go on where the kernel refuses. */
export interface MountStep {
  readonly kind:
    | 'bind' // source onto target, as writable as the source is
    | 'bindReadOnly'
    | 'tmpfs' // `source` holds its options
    | 'emptyFolder' // covers a folder with an unwritable, empty one
    | 'proc'
    | 'devpts'
    | 'readOnly' // the whole tree at target, as it is now
    | 'freeze' // binds target on itself, read-only
    | 'folder'
    | 'file'
    | 'link';
  readonly source: string;
  readonly target: string;
  readonly isOptional?: boolean;
}

export interface Disk {
  /** The path with all links resolved; undefined when nothing is there. */
  resolve(path: string): string | undefined;
  isFolder(path: string): boolean;
  /** Names in a folder, without links; none when it cannot be read. */
  list(folder: string): readonly string[];
}

/** What decides which paths are protected. */
export interface Places {
  readonly home: string;
  readonly workdir: string;
  readonly files: FilePolicy;
  /** Folders and files of ours that nobody inside may see. */
  readonly secret: readonly string[];
  readonly disk: Disk;
}

export interface MountRequest extends Places {
  /** Roots of trust for the jail, outside path. */
  readonly caBundle: string;
  /** The same for Java, outside. */
  readonly javaTrustStore: string;
  /** The system's own bundles, covered with ours where they exist. */
  readonly systemBundles: readonly string[];
  /** Path-bound unix sockets outside; each is covered. */
  readonly sockets: readonly string[];
  /** Folders that stay readable where a fresh one would cover them, such as that of the daemon's own Node. */
  readonly needed?: readonly string[];
}

/** Where programs inside find the CA bundle. */
export const JAIL_CA_BUNDLE = '/run/aigov/ca-bundle.pem';
export const JAIL_JAVA_TRUST_STORE = '/run/aigov/java-trust.jks';

/** Device files every program expects; bound from outside onto a fresh /dev. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'] as const;

/** Fresh, private and empty: they hold sockets and other people's files outside. */
const PRIVATE_FOLDERS = [
  { path: '/tmp', options: 'mode=1777' },
  { path: '/run', options: 'mode=755' },
  { path: '/var/run', options: 'mode=755' },
] as const;

/** Parts of /proc through which a process of uid 0 could change the machine. */
const FROZEN_PROC = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi'] as const;

/** A path of a policy: `~`, `$HOME` and `$WORKDIR` at its start stand for folders. */
export function expandPath(path: string, places: { home: string; workdir: string }): string {
  const { home, workdir } = places;
  if (path === '~' || path.startsWith('~/')) return home + path.slice(1);
  return path.replace(/^\$(HOME|WORKDIR)(?=\/|$)/, (_, name) => (name === 'HOME' ? home : workdir));
}

/** What is there of these paths, links resolved, in order and once. */
export function existing(paths: readonly string[], request: Places): string[] {
  const found = paths.flatMap((path) => request.disk.resolve(expandPath(path, request)) ?? []);
  return [...new Set(found)].sort();
}

export function isInside(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`);
}

/** Each folder above `path`, below `top`, outermost first. */
function foldersBetween(top: string, path: string): string[] {
  const parts = path
    .slice(top === '/' ? 1 : top.length + 1)
    .split('/')
    .slice(0, -1);
  return parts.map(
    (_, index) => `${top === '/' ? '' : top}/${parts.slice(0, index + 1).join('/')}`,
  );
}

/** A project that is itself such a folder stays as it is; its sockets are covered one by one. */
function privateFolders(request: MountRequest): readonly { path: string; options: string }[] {
  return PRIVATE_FOLDERS.filter(
    ({ path }) => request.disk.resolve(path) === path && request.workdir !== path,
  );
}

function deviceSteps(disk: Disk): MountStep[] {
  const devices = DEVICES.filter((name) => disk.resolve(`/dev/${name}`) !== undefined);
  return [
    { kind: 'tmpfs', source: 'mode=755', target: '/dev' },
    ...devices.flatMap((name): MountStep[] => [
      { kind: 'file', source: '', target: `/dev/${name}` },
      { kind: 'bind', source: `/dev/${name}`, target: `/dev/${name}` },
    ]),
    { kind: 'folder', source: '', target: '/dev/pts' },
    { kind: 'devpts', source: 'newinstance,ptmxmode=0666,mode=620', target: '/dev/pts' },
    { kind: 'link', source: 'pts/ptmx', target: '/dev/ptmx' },
    { kind: 'folder', source: '', target: '/dev/shm' },
    { kind: 'tmpfs', source: 'mode=1777', target: '/dev/shm' },
    { kind: 'link', source: '/proc/self/fd', target: '/dev/fd' },
    { kind: 'link', source: '/proc/self/fd/0', target: '/dev/stdin' },
    { kind: 'link', source: '/proc/self/fd/1', target: '/dev/stdout' },
    { kind: 'link', source: '/proc/self/fd/2', target: '/dev/stderr' },
  ];
}

/**
 * A new /proc is refused where the container masks parts of it; then the old one stays, with other processes'
 * numbers. What is frozen has to be, or a jail of uid 0 could change the machine.
 */
function procSteps(disk: Disk): MountStep[] {
  const frozen = FROZEN_PROC.map((name) => `/proc/${name}`);
  return [
    { kind: 'proc', source: '', target: '/proc', isOptional: true },
    ...frozen
      .filter((path) => disk.resolve(path) !== undefined)
      .map((target): MountStep => ({ kind: 'freeze', source: '', target })),
  ];
}

/** Binds an outside path at the same place inside, making the place first where a fresh folder covers it. */
function bindInPlace(path: string, kind: 'bind' | 'bindReadOnly', request: MountRequest) {
  const cover = privateFolders(request).find((folder) => isInside(path, folder.path));
  const place: MountStep[] =
    cover === undefined
      ? []
      : [...foldersBetween(cover.path, path), path].map((target) => ({
          kind: target === path && !request.disk.isFolder(path) ? 'file' : 'folder',
          source: '',
          target,
          isOptional: true,
        }));
  return [...place, { kind, source: path, target: path } as const];
}

function writableRoots(request: MountRequest): string[] {
  const { writable } = request.files;
  const fresh = privateFolders(request).map(({ path }) => path);
  const found = existing(writable ?? WRITABLE_PATHS, request).filter(
    // A home or project of `/` does not make the machine writable; only a policy may say so.
    (path) => !fresh.includes(path) && (path !== '/' || writable !== undefined),
  );
  return found.filter((path) => !found.some((other) => other !== path && isInside(path, other)));
}

/**
 * Covers paths, outer ones first. Every folder between a writable root and a cover gets a mount of its own, because
 * a folder that is no mount point could be renamed away together with what is mounted in it. What only leads to optional
 * covers is optional: a folder that the jail's user cannot enter leads nobody inside to a socket.
 */
function protect(covers: readonly MountStep[], roots: readonly string[]): MountStep[] {
  const pinned = new Set<string>();
  return [...covers]
    .sort((a, b) => (a.target < b.target ? -1 : 1))
    .flatMap((cover): MountStep[] => {
      const root = roots.find(
        (folder) => cover.target !== folder && isInside(cover.target, folder),
      );
      const between = root === undefined ? [] : foldersBetween(root, cover.target);
      const fresh = between.filter((folder) => !pinned.has(folder));
      fresh.forEach((folder) => pinned.add(folder));
      return [...fresh.map((path) => pinOf(path, covers)), cover];
    });
}

function pinOf(path: string, covers: readonly MountStep[]): MountStep {
  const isNeeded = covers.some(({ target, isOptional }) => !isOptional && isInside(target, path));
  return { kind: 'bind', source: path, target: path, ...(isNeeded ? {} : { isOptional: true }) };
}

function coverOf(path: string, disk: Disk): MountStep {
  return disk.isFolder(path)
    ? { kind: 'emptyFolder', source: '', target: path }
    : { kind: 'bindReadOnly', source: '/dev/null', target: path };
}

/** What stays read-only within writable parts. */
export function readOnlyPaths(request: Places): string[] {
  const lifted = existing(request.files.writable ?? [], request);
  const wanted = existing([...READ_ONLY_PATHS, ...(request.files.readOnly ?? [])], request);
  return wanted.filter((path) => !lifted.includes(path));
}

/** What nobody inside may see, outermost only. */
export function hiddenPaths(request: Places): string[] {
  const named = [...(request.files.writable ?? []), ...(request.files.readOnly ?? [])];
  const lifted = existing(named, request);
  const byDefault = existing(HIDDEN_PATHS, request).filter((path) => !lifted.includes(path));
  const always = existing([...(request.files.hidden ?? []), ...request.secret], request);
  const paths = [...new Set([...byDefault, ...always])];
  return paths.filter((path) => !paths.some((other) => other !== path && isInside(path, other)));
}

function protectSteps(request: MountRequest, roots: readonly string[]): MountStep[] {
  const fresh = privateFolders(request).map(({ path }) => path);
  const isThere = (path: string) =>
    roots.some((root) => isInside(path, root)) || !fresh.some((folder) => isInside(path, folder));
  const hidden = hiddenPaths(request).filter(isThere);
  const isSeen = (path: string) =>
    isThere(path) && !hidden.some((folder) => isInside(path, folder));
  const readOnly = readOnlyPaths(request).filter(isSeen);
  const sockets = existing(request.sockets, request).filter(isSeen);
  return protect(
    [
      ...readOnly.map((path): MountStep => ({ kind: 'bindReadOnly', source: path, target: path })),
      ...hidden.map((path) => coverOf(path, request.disk)),
      ...sockets.map((target): MountStep => ({
        kind: 'bindReadOnly',
        source: '/dev/null',
        target,
        isOptional: true,
      })),
    ],
    roots,
  );
}

function bundleSteps(request: MountRequest): MountStep[] {
  return [
    { kind: 'folder', source: '', target: '/run/aigov' },
    { kind: 'file', source: '', target: JAIL_CA_BUNDLE },
    { kind: 'file', source: '', target: JAIL_JAVA_TRUST_STORE },
    { kind: 'bindReadOnly', source: request.javaTrustStore, target: JAIL_JAVA_TRUST_STORE },
    ...[JAIL_CA_BUNDLE, ...existing(request.systemBundles, request)].map((target): MountStep => ({
      kind: 'bindReadOnly',
      source: request.caBundle,
      target,
    })),
  ];
}

/** Read-only, at their place in a fresh folder: what the daemon needs to be seen, and what a policy names. */
function neededSteps(request: MountRequest, roots: readonly string[]): MountStep[] {
  const fresh = privateFolders(request).map(({ path }) => path);
  const wanted = [...(request.needed ?? []), ...(request.files.readOnly ?? [])];
  return existing(wanted, request)
    .filter((path) => fresh.some((folder) => path !== folder && isInside(path, folder)))
    .filter((path) => !roots.some((root) => isInside(path, root)))
    .flatMap((path) => bindInPlace(path, 'bindReadOnly', request));
}

export interface MountPlan {
  readonly steps: readonly MountStep[];
  /** Folders and files left writable, for Landlock and for the record. */
  readonly writable: readonly string[];
}

export function planMounts(request: MountRequest): MountPlan {
  const roots = writableRoots(request);
  const fresh = privateFolders(request);
  const steps: MountStep[] = [
    { kind: 'readOnly', source: '', target: '/' },
    ...fresh.map(({ path, options }): MountStep => ({
      kind: 'tmpfs',
      source: options,
      target: path,
    })),
    ...deviceSteps(request.disk),
    ...procSteps(request.disk),
    ...neededSteps(request, roots),
    ...roots.flatMap((path) => bindInPlace(path, 'bind', request)),
    ...protectSteps(request, roots),
    ...bundleSteps(request),
  ];
  return { steps, writable: [...roots, ...fresh.map(({ path }) => path), '/dev', '/proc'] };
}
