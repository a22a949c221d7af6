/** Landlock rules: behind the mounts of level A the same boundary once more, without them the boundary. */

/** Rights by the ABI that brought them (linux/landlock.h, Documentation/userspace-api/landlock.rst). */
const EXECUTE = 1n << 0n;
const READ_FILE = 1n << 2n;
const READ_DIR = 1n << 3n;
const ABI_1_RIGHTS = (1n << 13n) - 1n;
const REFER = 1n << 13n; // ABI 2
const TRUNCATE = 1n << 14n; // ABI 3
const IOCTL_DEV = 1n << 15n; // ABI 5
/** ABI 4. */
export const CONNECT_TCP = 1n << 1n;
const SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3n; // ABI 6

export interface LandlockRules {
  readonly handledFs: bigint;
  readonly handledNet: bigint;
  readonly scoped: bigint;
  readonly rules: readonly { readonly rights: bigint; readonly path: string }[];
  /** TCP ports that may be connected to; counts where `handledNet` has `CONNECT_TCP`. */
  readonly ports: readonly number[];
}

/** What a jail may do with files. A grant holds for all below its path; nothing below can be taken out again. */
export interface FileGrants {
  readonly list: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** What a kernel of this ABI can be asked for. Undefined below ABI 1 (no Landlock). */
export function landlockRules(
  abi: number,
  { list, read, write }: FileGrants,
  ports?: readonly number[],
): LandlockRules | undefined {
  if (abi < 1) return undefined;
  let handledFs = ABI_1_RIGHTS;
  if (abi >= 2) handledFs |= REFER;
  if (abi >= 3) handledFs |= TRUNCATE;
  if (abi >= 5) handledFs |= IOCTL_DEV;
  return {
    handledFs,
    handledNet: abi >= 4 && ports !== undefined ? CONNECT_TCP : 0n,
    scoped: abi >= 6 ? SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS : 0n,
    rules: [
      ...list.map((path) => ({ rights: READ_DIR, path })),
      ...read.map((path) => ({ rights: EXECUTE | READ_FILE | READ_DIR, path })),
      ...write.map((path) => ({ rights: handledFs, path })),
    ],
    ports: ports ?? [],
  };
}
