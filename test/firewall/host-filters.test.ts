/** The programs of levels in the machine's own network, call by call. */
import { fc, test as property } from '@fast-check/jest';
import { ACTION, ERRNO, REFUSED_CALLS } from '../../firewall/seccomp/filters';
import {
  hostCompanionFilter,
  hostNotifyFilter,
  REFUSED_ON_HOST,
} from '../../firewall/seccomp/host-filters';
import { interpret } from '../../firewall/seccomp/interpret';
import { AUDIT_ARCH, syscallNumber, type SyscallName } from '../../firewall/seccomp/syscalls';

const MACHINES = ['x64', 'arm64'] as const;
const EPERM = ACTION.errno(ERRNO.EPERM);
const ENOSYS = ACTION.errno(ERRNO.ENOSYS);
const NO_ACCESS = ACTION.errno(ERRNO.EACCES);
const NO_FAMILY = ACTION.errno(ERRNO.EAFNOSUPPORT);
const { allow: ALLOW, userNotification: NOTIFY } = ACTION;
const NONBLOCK_CLOEXEC = 0o2004000;
const FASTOPEN = 0x20000000;

interface Case {
  readonly name: SyscallName;
  readonly args: readonly (number | bigint)[];
  readonly action: number;
  readonly why: string;
}

describe.each(MACHINES)('the companion on %s', (machine) => {
  const arch = AUDIT_ARCH[machine];
  const run = (unix: 'allow' | 'noAccess', name: SyscallName, args: Case['args'] = []) =>
    interpret(hostCompanionFilter(machine, unix), {
      arch,
      number: syscallNumber(machine, name),
      arguments: args,
    });

  test.each<Case>([
    { name: 'socket', args: [2, 1, 0], action: ALLOW, why: 'TCP' },
    { name: 'socket', args: [10, 1 | NONBLOCK_CLOEXEC, 6], action: ALLOW, why: 'TCP by IPv6' },
    { name: 'socket', args: [2, 1, 262], action: NO_ACCESS, why: 'Multipath TCP' },
    { name: 'socket', args: [2, 1, 132], action: NO_ACCESS, why: 'SCTP stream' },
    { name: 'socket', args: [2, 2, 0], action: NO_ACCESS, why: 'UDP' },
    { name: 'socket', args: [10, 2 | NONBLOCK_CLOEXEC, 17], action: NO_ACCESS, why: 'UDP, IPv6' },
    { name: 'socket', args: [2, 3, 1], action: NO_ACCESS, why: 'raw' },
    { name: 'socket', args: [2, 0x1_0000_0001n, 0], action: ALLOW, why: 'upper half is ignored' },
    { name: 'socket', args: [1, 1, 0], action: ALLOW, why: 'unix stream' },
    { name: 'socket', args: [1, 5, 0], action: ALLOW, why: 'unix packets in order' },
    { name: 'socket', args: [1, 2, 0], action: NO_ACCESS, why: 'each datagram names its target' },
    { name: 'socket', args: [1, 3, 0], action: NO_ACCESS, why: 'raw unix is a datagram socket' },
    { name: 'socket', args: [16, 3, 0], action: ALLOW, why: 'routing netlink: getifaddrs' },
    { name: 'socket', args: [16, 3, 4], action: NO_ACCESS, why: 'socket diagnosis' },
    { name: 'socket', args: [40, 1, 0], action: NO_FAMILY, why: 'vsock' },
    { name: 'socket', args: [17, 3, 768], action: NO_FAMILY, why: 'packets' },
    { name: 'socketpair', args: [1, 1, 0], action: ALLOW, why: 'pipes of Node and shells' },
    { name: 'socketpair', args: [1, 2, 0], action: NO_ACCESS, why: 'a pair can send elsewhere' },
    { name: 'socketpair', args: [2, 1, 0], action: NO_FAMILY, why: 'no such pair' },
    { name: 'sendto', args: [3, 0, 1, FASTOPEN], action: EPERM, why: 'connects while sending' },
    { name: 'sendto', args: [3, 0, 1, 0x4000], action: ALLOW, why: 'MSG_NOSIGNAL' },
    { name: 'sendmsg', args: [3, 0, FASTOPEN], action: EPERM, why: 'connects while sending' },
    { name: 'sendmmsg', args: [3, 0, 1, FASTOPEN], action: EPERM, why: 'connects while sending' },
    { name: 'setsockopt', args: [3, 6, 30], action: EPERM, why: 'TCP_FASTOPEN_CONNECT' },
    { name: 'setsockopt', args: [3, 6, 1], action: ALLOW, why: 'TCP_NODELAY' },
    { name: 'setsockopt', args: [3, 1, 30], action: ALLOW, why: 'another level' },
    { name: 'setpriority', args: [0, 0, 5], action: ALLOW, why: 'its own' },
    { name: 'setpriority', args: [0, 4711, 5], action: EPERM, why: 'another process' },
    { name: 'prlimit64', args: [0, 7, 1, 0], action: ALLOW, why: 'its own' },
    { name: 'prlimit64', args: [4711, 7, 0, 1], action: EPERM, why: 'another process' },
    { name: 'clone', args: [0x10000011], action: EPERM, why: 'user namespace' },
    { name: 'clone3', args: [], action: ENOSYS, why: 'flags are in memory' },
    { name: 'ioctl', args: [0, 0x5412], action: EPERM, why: 'TIOCSTI' },
    { name: 'connect', args: [3], action: ALLOW, why: 'the other filter asks' },
  ])('$name($args): $why', ({ name, args, action }) => {
    expect(run('allow', name, args)).toBe(action);
  });

  test.each([...REFUSED_CALLS, ...REFUSED_ON_HOST])('%s is refused', (name) => {
    expect(run('allow', name)).toBe(EPERM);
  });

  test('without a supervisor there are no unix sockets but pairs', () => {
    expect(run('noAccess', 'socket', [1, 1, 0])).toBe(NO_ACCESS);
    expect(run('noAccess', 'socketpair', [1, 1, 0])).toBe(ALLOW);
  });

  property.prop([fc.nat(600), fc.array(fc.bigInt(0n, 2n ** 64n - 1n), { maxLength: 6 })])(
    'every call gets one of the five answers',
    (number, args) => {
      const action = interpret(hostCompanionFilter(machine, 'allow'), {
        arch,
        number,
        arguments: args,
      });
      expect([ALLOW, EPERM, ENOSYS, NO_ACCESS, NO_FAMILY]).toContain(action);
    },
  );
});

describe.each(MACHINES)('the notify filter on %s', (machine) => {
  const notified = ['execve', 'execveat', 'connect', 'bind', 'listen'] as const;
  const program = hostNotifyFilter(machine);
  const arch = AUDIT_ARCH[machine];

  property.prop([fc.nat(600), fc.nat(40)])('stops exactly its calls', (number, domain) => {
    const isNamed = notified.some((name) => syscallNumber(machine, name) === number);
    const isSocket = number === syscallNumber(machine, 'socket') && [1, 2, 10].includes(domain);
    const action = interpret(program, { arch, number, arguments: [domain] });
    expect(action).toBe(isNamed || isSocket ? NOTIFY : ALLOW);
  });

  test.each([1, 2, 10])('a socket of family %d', (domain) => {
    const number = syscallNumber(machine, 'socket');
    expect(interpret(program, { arch, number, arguments: [domain] })).toBe(NOTIFY);
  });
});
