/** Landlock rules behind the mounts: the same boundary once more, and signals and abstract sockets besides. */

/** Rights by the ABI that brought them (linux/landlock.h, Documentation/userspace-api/landlock.rst). */
const EXECUTE = 1n << 0n;
const READ_FILE = 1n << 2n;
const READ_DIR = 1n << 3n;
const ABI_1_RIGHTS = (1n << 13n) - 1n;
const REFER = 1n << 13n; // ABI 2
const TRUNCATE = 1n << 14n; // ABI 3
const IOCTL_DEV = 1n << 15n; // ABI 5
const SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 3n; // ABI 6

export interface LandlockRules {
  readonly handledFs: bigint;
  readonly handledNet: bigint;
  readonly scoped: bigint;
  readonly rules: readonly { readonly rights: bigint; readonly path: string }[];
}

/** Everything readable and runnable, `writable` writable. Undefined below ABI 1 (no Landlock). */
export function landlockRules(abi: number, writable: readonly string[]): LandlockRules | undefined {
  if (abi < 1) return undefined;
  let handledFs = ABI_1_RIGHTS;
  if (abi >= 2) handledFs |= REFER;
  if (abi >= 3) handledFs |= TRUNCATE;
  if (abi >= 5) handledFs |= IOCTL_DEV;
  return {
    handledFs,
    handledNet: 0n,
    scoped: abi >= 6 ? SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS : 0n,
    rules: [
      { rights: EXECUTE | READ_FILE | READ_DIR, path: '/' },
      ...writable.map((path) => ({ rights: handledFs, path })),
    ],
  };
}
