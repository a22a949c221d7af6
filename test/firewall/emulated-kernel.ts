/**
 * Machines this one is not, made from it by seccomp filters: the helper and all it starts run under them, so a level is
 * really probed, chosen and built there. Docker's profile is approximated as a list of refusals
 * (moby/moby profiles/seccomp/default_linux.go, read November 2026).
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble, DATA, type Line } from '../../firewall/seccomp/assemble';
import { ACTION, ERRNO } from '../../firewall/seccomp/filters';
import { syscallNumber, type SyscallName } from '../../firewall/seccomp/syscalls';
import { HELPER } from './jail-fixture';

export interface Machine {
  readonly title: string;
  /** Refused with EPERM. */
  readonly refused?: readonly SyscallName[];
  /** Numbers the kernel does not know. */
  readonly unknown?: readonly number[];
  /** CLONE_NEW* flags that are refused. @default all */
  readonly namespaces?: number;
  /** An outer supervisor holds the only listener. */
  readonly isListenerTaken?: boolean;
}

const machine = process.arch === 'arm64' ? 'arm64' : 'x64';
/** The same number on every machine (asm-generic/unistd.h). */
const LANDLOCK_CREATE_RULESET = 444;
const CLONE3 = 435;
const NEW_NAMESPACE_FLAGS = 0x7e020000;

const DOCKER_REFUSES = [
  'unshare',
  'setns',
  'mount',
  'umount2',
  'move_mount',
  'open_tree',
  'mount_setattr',
  'pivot_root',
  'bpf',
  'io_uring_setup',
  'keyctl',
  'add_key',
  'request_key',
  'userfaultfd',
  'perf_event_open',
  'pidfd_getfd',
  'open_by_handle_at',
] as const satisfies readonly SyscallName[];

export const DOCKER: Machine = { title: 'Docker’s default profile', refused: DOCKER_REFUSES };
export const DOCKER_OLD_KERNEL: Machine = {
  title: 'the same on a kernel without Landlock',
  refused: DOCKER_REFUSES,
  unknown: [LANDLOCK_CREATE_RULESET],
};
export const SUPERVISED: Machine = {
  title: 'the same below another supervisor',
  refused: DOCKER_REFUSES,
  isListenerTaken: true,
};
export const SUPERVISED_OLD_KERNEL: Machine = {
  title: 'without Landlock below another supervisor',
  refused: DOCKER_REFUSES,
  unknown: [LANDLOCK_CREATE_RULESET],
  isListenerTaken: true,
};

/** Only root makes namespaces there. */
export const WITHOUT_USER_NAMESPACES: Machine = {
  title: 'a machine without user namespaces',
  namespaces: 0x10000000,
};

function filterOf({
  refused = [],
  unknown = [],
  namespaces = NEW_NAMESPACE_FLAGS,
}: Machine): Buffer {
  const lines: Line[] = [
    { load: DATA.syscall },
    ...refused.map((name) => ({ ifEqual: syscallNumber(machine, name), goto: 'refuse' })),
    ...[CLONE3, ...unknown].map((number) => ({ ifEqual: number, goto: 'unknown' })),
    { ifEqual: syscallNumber(machine, 'clone'), else: 'allow' },
    { load: DATA.argumentLow(0) },
    { ifAnyBit: namespaces, goto: 'refuse' },
    { label: 'allow' },
    { return: ACTION.allow },
    { label: 'refuse' },
    { return: ACTION.errno(ERRNO.EPERM) },
    { label: 'unknown' },
    { return: ACTION.errno(ERRNO.ENOSYS) },
  ];
  return assemble(lines);
}

/** Writes a program into `folder` that is the helper on that machine, and returns its path. */
export function helperOn(given: Machine, folder: string): string {
  const filter = join(folder, 'machine.bpf');
  const wrapper = join(folder, 'aigov-jail-emulated');
  writeFileSync(filter, filterOf(given));
  const [prctl, seccomp] = machine === 'arm64' ? [167, 277] : [157, 317];
  const perl = `
    open(my $f, "<:raw", shift) or die; local $/; my $code = <$f>;
    my $program = pack("Sx6P", length($code) / 8, $code);
    syscall(${prctl}, 38, 1, 0, 0, 0) == 0 or die "no_new_privs";
    my $fd = syscall(${seccomp}, 1, ${given.isListenerTaken === true ? 8 : 0}, $program);
    $fd >= 0 or die "seccomp: $!";
    use Fcntl; my $kept; if ($fd > 0) { open($kept, "<&=", $fd); fcntl($kept, F_SETFD, 0); }
    exec @ARGV;`;
  writeFileSync(wrapper, `#!/bin/sh\nexec perl -e '${perl}' ${filter} ${HELPER} "$@"\n`);
  chmodSync(wrapper, 0o755);
  return wrapper;
}
