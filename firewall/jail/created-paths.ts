/**
 * Protected paths that were not there when a jail started. Nothing can be mounted over what does not exist, so their
 * creation is not prevented; it is recorded (docs/firewall-guarantees.md).
 */
import { expandPath, type Disk } from './mounts';
import { READ_ONLY_PATHS } from './protected-paths';

export interface Places {
  readonly home: string;
  readonly workdir: string;
}

/** Protected paths that do not exist, in full. */
export function missingProtectedPaths(places: Places, disk: Disk): readonly string[] {
  const paths = READ_ONLY_PATHS.map((path) => expandPath(path, places));
  return paths.filter((path) => disk.resolve(path) === undefined);
}

/** Those of them that exist by now. */
export function createdSince(missing: readonly string[], disk: Disk): readonly string[] {
  return missing.filter((path) => disk.resolve(path) !== undefined);
}
