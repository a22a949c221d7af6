import { fc, test as property } from '@fast-check/jest';
import { existsSync, readFileSync } from 'node:fs';
import { assemble } from '../../firewall/seccomp/assemble';
import {
  ACTION,
  companionFilter,
  ERRNO,
  execNotifyFilter,
  REFUSED_CALLS,
} from '../../firewall/seccomp/filters';
import { interpret } from '../../firewall/seccomp/interpret';
import {
  AUDIT_ARCH,
  SYSCALL_NAMES,
  syscallNumber,
  X32_BIT,
  type SyscallName,
} from '../../firewall/seccomp/syscalls';

const MACHINES = ['x64', 'arm64'] as const;
const EPERM = ACTION.errno(ERRNO.EPERM);
const ENOSYS = ACTION.errno(ERRNO.ENOSYS);
const NO_FAMILY = ACTION.errno(ERRNO.EAFNOSUPPORT);
const NEW_USER = 0x10000000;
const SIGCHLD = 17;

interface Case {
  readonly name: SyscallName;
  readonly args: readonly (number | bigint)[];
  readonly action: number;
  readonly why: string;
}

describe.each(MACHINES)('the companion filter on %s', (machine) => {
  const program = companionFilter(machine);
  const arch = AUDIT_ARCH[machine];
  const run = (name: SyscallName, args: readonly (number | bigint)[] = []) =>
    interpret(program, { arch, number: syscallNumber(machine, name), arguments: args });

  test.each<Case>([
    { name: 'socket', args: [1, 1, 0], action: ACTION.allow, why: 'unix' },
    { name: 'socket', args: [2, 1, 0], action: ACTION.allow, why: 'TCP' },
    { name: 'socket', args: [2, 2, 0], action: ACTION.allow, why: 'UDP: only our DNS answers' },
    { name: 'socket', args: [10, 1, 262], action: ACTION.allow, why: 'MPTCP falls back to TCP' },
    { name: 'socket', args: [16, 3, 0], action: ACTION.allow, why: 'netlink: getifaddrs needs it' },
    { name: 'socket', args: [40, 1, 0], action: NO_FAMILY, why: 'vsock reaches the host' },
    { name: 'socket', args: [17, 3, 768], action: NO_FAMILY, why: 'packets' },
    { name: 'socket', args: [38, 5, 0], action: NO_FAMILY, why: 'kernel crypto' },
    { name: 'socket', args: [0, 1, 0], action: NO_FAMILY, why: 'no family' },
    {
      name: 'socket',
      args: [0x1_0000_0028n, 1, 0],
      action: NO_FAMILY,
      why: 'upper half is ignored by the kernel',
    },
    { name: 'clone', args: [SIGCHLD, 0], action: ACTION.allow, why: 'fork' },
    { name: 'clone', args: [0x3d0f00, 0], action: ACTION.allow, why: 'thread' },
    { name: 'clone', args: [NEW_USER | SIGCHLD, 0], action: EPERM, why: 'user namespace' },
    { name: 'clone', args: [0x00020000 | SIGCHLD, 0], action: EPERM, why: 'mount namespace' },
    { name: 'clone3', args: [], action: ENOSYS, why: 'flags are in memory' },
    { name: 'unshare', args: [0x400], action: ACTION.allow, why: 'files only' },
    { name: 'unshare', args: [NEW_USER], action: EPERM, why: 'user namespace' },
    { name: 'unshare', args: [0x80], action: EPERM, why: 'time namespace' },
    { name: 'ioctl', args: [0, 0x5401], action: ACTION.allow, why: 'terminal settings' },
    { name: 'ioctl', args: [0, 0x5412], action: EPERM, why: 'TIOCSTI' },
    { name: 'ioctl', args: [0, 0x1_0000_5412n], action: EPERM, why: 'TIOCSTI, upper half set' },
    { name: 'ioctl', args: [0, 0x541c], action: EPERM, why: 'TIOCLINUX' },
    { name: 'execve', args: [], action: ACTION.allow, why: 'the other filter asks' },
    { name: 'ptrace', args: [], action: ACTION.allow, why: 'debuggers work inside' },
  ])('$name($args): $why', ({ name, args, action }) => {
    expect(run(name, args)).toBe(action);
  });

  test.each(REFUSED_CALLS)('%s is refused', (name) => {
    expect(run(name)).toBe(EPERM);
  });

  property.prop([fc.integer({ min: 0, max: 0xffffffff })])(
    'a call of another architecture ends the process',
    (number) => {
      const other = AUDIT_ARCH[machine === 'x64' ? 'arm64' : 'x64'];
      expect(interpret(program, { arch: other, number })).toBe(ACTION.killProcess);
    },
  );

  property.prop([
    fc.integer({ min: 0, max: 600 }),
    fc.array(fc.bigInt(0n, 2n ** 64n - 1n), { maxLength: 6 }),
  ])('every call gets one of the four answers', (number, args) => {
    const action = interpret(program, { arch, number, arguments: args });
    expect([ACTION.allow, EPERM, ENOSYS, NO_FAMILY]).toContain(action);
  });
});

property.prop([fc.integer({ min: X32_BIT, max: 0xffffffff })])(
  'numbers of the x32 ABI do not exist',
  (number) => {
    const call = { arch: AUDIT_ARCH.x64, number };
    expect(interpret(companionFilter('x64'), call)).toBe(ENOSYS);
  },
);

describe.each(MACHINES)('the exec filter on %s', (machine) => {
  property.prop([fc.integer({ min: 0, max: 600 })])('stops exec and nothing else', (number) => {
    const isExec = [syscallNumber(machine, 'execve'), syscallNumber(machine, 'execveat')].includes(
      number,
    );
    const action = interpret(execNotifyFilter(machine), { arch: AUDIT_ARCH[machine], number });
    expect(action).toBe(isExec ? ACTION.userNotification : ACTION.allow);
  });
});

describe('the assembler', () => {
  test.each([
    { lines: [{ ifEqual: 1, goto: 'nowhere' }, { return: 0 }], says: 'nowhere' },
    { lines: [{ label: 'a' }, { label: 'a' }, { return: 0 }], says: 'twice' },
    { lines: [{ label: 'back' }, { ifEqual: 1, goto: 'back' }, { return: 0 }], says: 'away' },
  ])('refuses a label that is $says', ({ lines, says }) => {
    expect(() => assemble(lines)).toThrow(says);
  });

  test('refuses a jump further than the kernel can', () => {
    const filler = Array.from({ length: 300 }, () => ({ load: 0 }));
    expect(() =>
      assemble([{ ifEqual: 1, goto: 'far' }, ...filler, { label: 'far' }, { return: 0 }]),
    ).toThrow('300 away');
  });
});

/** The machine's own header, where it is installed. */
const HEADER = '/usr/include/x86_64-linux-gnu/asm/unistd_64.h';
const isProvable = existsSync(HEADER) || process.env['CI'] !== undefined;
(isProvable ? describe : describe.skip)('against the kernel headers (linux-libc-dev)', () => {
  test('numbers are the same', () => {
    const text = readFileSync(HEADER, 'utf8');
    const found = SYSCALL_NAMES.map((name) => [
      name,
      Number(new RegExp(`__NR_${name} (\\d+)`).exec(text)?.[1]),
    ]);
    expect(found).toEqual(SYSCALL_NAMES.map((name) => [name, syscallNumber('x64', name)]));
  });
});
