/** The two programs of level A: the companion closes what namespaces leave open, the other feeds the guard. */
import { assemble, DATA, type Line } from './assemble';
import { AUDIT_ARCH, syscallNumber, X32_BIT, type Machine, type SyscallName } from './syscalls';

/** Values of linux/seccomp.h. */
export const ACTION = {
  killProcess: 0x80000000,
  errno: (number: number) => 0x00050000 | number,
  userNotification: 0x7fc00000,
  allow: 0x7fff0000,
} as const;

export const ERRNO = { EPERM: 1, EACCES: 13, ENOSYS: 38, EAFNOSUPPORT: 97 } as const;

/** CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET (linux/sched.h); CLONE_NEWTIME only in unshare. */
const NEW_NAMESPACE_FLAGS = 0x7e020000;
const NEW_TIME_NAMESPACE = 0x00000080;

const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Everything else (vsock, packet, bluetooth, alg…) may reach past a namespace. */
const ALLOWED_FAMILIES = [1, 2, 10, 16] as const;

/**
 * Refused outright. Mounts and namespaces: nothing may be laid over or under what the jail hides. io_uring: does
 * socket calls no filter sees. bpf, userfaultfd, perf, keys, modules, kexec: kernel surface with no use here; the
 * kernel keyring is not namespaced.
 */
export const REFUSED_CALLS = [
  'mount',
  'umount2',
  'pivot_root',
  'chroot',
  'move_mount',
  'open_tree',
  'fsopen',
  'fsconfig',
  'fsmount',
  'fspick',
  'mount_setattr',
  'setns',
  'io_uring_setup',
  'io_uring_enter',
  'io_uring_register',
  'bpf',
  'userfaultfd',
  'perf_event_open',
  'add_key',
  'request_key',
  'keyctl',
  'open_by_handle_at',
  'init_module',
  'finit_module',
  'delete_module',
  'kexec_load',
  'kexec_file_load',
] as const satisfies readonly SyscallName[];

export function prologue(machine: Machine): Line[] {
  return [
    { load: DATA.arch },
    { ifEqual: AUDIT_ARCH[machine], else: 'kill' },
    { load: DATA.syscall },
    ...(machine === 'x64' ? [{ ifAtLeast: X32_BIT, goto: 'unknown' }] : []),
  ];
}

export const EPILOGUE: readonly Line[] = [
  { return: ACTION.allow },
  { label: 'refuse' },
  { return: ACTION.errno(ERRNO.EPERM) },
  { label: 'unknown' },
  { return: ACTION.errno(ERRNO.ENOSYS) },
  { label: 'noFamily' },
  { return: ACTION.errno(ERRNO.EAFNOSUPPORT) },
  { label: 'kill' },
  { return: ACTION.killProcess },
];

/** Runs `body` with the call's number in the accumulator only for that call, and leaves the number there behind it. */
export function onCall(machine: Machine, name: SyscallName, body: readonly Line[]): Line[] {
  const end = `after ${name}`;
  return [
    { ifEqual: syscallNumber(machine, name), else: end },
    ...body,
    { return: ACTION.allow },
    { label: end },
  ];
}

/** What no level allows: new namespaces, keystrokes for the terminal, and calls refused outright. */
export function companionLines(machine: Machine, refused: readonly SyscallName[] = []): Line[] {
  const refuseNewNamespaces = (flags: number): Line[] => [
    { load: DATA.argumentLow(0) },
    { ifAnyBit: flags, goto: 'refuse' },
  ];
  return [
    ...[...REFUSED_CALLS, ...refused].map((name) => ({
      ifEqual: syscallNumber(machine, name),
      goto: 'refuse',
    })),
    // Its flags are in memory, where a filter cannot look; libc falls back to clone.
    { ifEqual: syscallNumber(machine, 'clone3'), goto: 'unknown' },
    ...onCall(machine, 'clone', refuseNewNamespaces(NEW_NAMESPACE_FLAGS)),
    ...onCall(machine, 'unshare', refuseNewNamespaces(NEW_NAMESPACE_FLAGS | NEW_TIME_NAMESPACE)),
    ...onCall(machine, 'ioctl', [
      { load: DATA.argumentLow(1) },
      { ifEqual: TIOCSTI, goto: 'refuse' },
      { ifEqual: TIOCLINUX, goto: 'refuse' },
    ]),
  ];
}

/** What no jailed process may do at level A. */
export function companionFilter(machine: Machine): Buffer {
  return assemble([
    ...prologue(machine),
    ...companionLines(machine),
    ...onCall(machine, 'socket', [
      { load: DATA.argumentLow(0) },
      ...ALLOWED_FAMILIES.map((family) => ({ ifEqual: family, goto: 'allow' })),
      { ifAtLeast: 0, goto: 'noFamily' },
    ]),
    { label: 'allow' },
    ...EPILOGUE,
  ]);
}

/** Stops every execve and execveat until the supervisor has answered. */
export function execNotifyFilter(machine: Machine): Buffer {
  return assemble([
    { load: DATA.arch },
    { ifEqual: AUDIT_ARCH[machine], else: 'allow' },
    { load: DATA.syscall },
    { ifEqual: syscallNumber(machine, 'execve'), goto: 'notify' },
    { ifEqual: syscallNumber(machine, 'execveat'), goto: 'notify' },
    { label: 'allow' },
    { return: ACTION.allow },
    { label: 'notify' },
    { return: ACTION.userNotification },
  ]);
}
