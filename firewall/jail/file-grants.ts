/**
 * What a jail without mounts of its own may do with files, as grants for Landlock. A grant holds for everything below
 * its path, so what lies beside a protected path is granted child by child. Pure: what exists is asked of `disk`.
 */
import type { FileGrants } from './landlock';
import { existing, hiddenPaths, isInside, readOnlyPaths, type Places } from './mounts';

export interface FileGrantsRequest extends Places {
  /** The jail's own folder for temporary files. */
  readonly scratch: string;
  /** Readable although they lie in a closed or hidden folder: the CA bundle, the daemon's own Node. */
  readonly needed: readonly string[];
}

/** Sockets, devices and other programs' files; closed but for what a policy or the jail itself needs. */
const CLOSED_FOLDERS = ['/tmp', '/var/tmp', '/run', '/var/run', '/dev'] as const;

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'pts'] as const;

/** Writable where the policy names nothing; temporary files go to the jail's own folder. */
const WRITABLE_ROOTS = ['~', '$WORKDIR'] as const;

/** `root` without `cuts`: the fewest paths that hold everything else below it. */
function without(root: string, cuts: readonly string[], request: Places): string[] {
  const inside = cuts.filter((cut) => isInside(cut, root));
  if (inside.length === 0) return [root];
  if (inside.includes(root)) return [];
  const children = request.disk.list(root);
  return children.flatMap((name) =>
    without(root === '/' ? `/${name}` : `${root}/${name}`, inside, request),
  );
}

/**
 * The project is granted whole, or nothing new could be made in its top folder: what is protected in it stays
 * writable at this level (docs/firewall-guarantees.md).
 */
function isWithinProject(root: string, { workdir, home }: Places): boolean {
  return isInside(root, workdir) && !isInside(home, workdir);
}

function writeGrants(roots: readonly string[], request: FileGrantsRequest): string[] {
  const hidden = hiddenPaths(request);
  const readOnly = readOnlyPaths(request);
  return roots.flatMap((root) => {
    const others = roots.filter((other) => other !== root);
    const cuts = isWithinProject(root, request) ? hidden : [...hidden, ...readOnly];
    return without(root, [...cuts, ...others], request);
  });
}

function readGrants(roots: readonly string[], request: FileGrantsRequest): string[] {
  const hidden = hiddenPaths(request);
  const closed = existing(CLOSED_FOLDERS, request);
  const named = existing(request.files.readOnly ?? [], request);
  return [
    ...without('/', [...hidden, ...closed], request),
    ...[...roots, ...named].flatMap((root) => without(root, hidden, request)),
  ];
}

/** Below ABI 1 nobody asks for them. */
export function grantFiles(request: FileGrantsRequest): FileGrants {
  const { writable } = request.files;
  const wanted = existing(writable ?? WRITABLE_ROOTS, request);
  // A home or project of `/` does not make the machine writable; only a policy may say so.
  const roots = wanted.filter((path) => path !== '/' || writable !== undefined);
  const devices = DEVICES.map((name) => `/dev/${name}`);
  return {
    list: ['/'],
    read: [...readGrants(roots, request), ...existing(request.needed, request)],
    write: [...writeGrants(roots, request), request.scratch, ...existing(devices, request)],
  };
}
