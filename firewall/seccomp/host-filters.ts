/**
 * Programs for jails in the machine's own network: without a namespace every socket is a way out, so each is made,
 * bound and connected by the supervisor (level B), or only TCP is left, whose ports Landlock limits (level C).
 */
import { assemble, DATA, type Line } from './assemble';
import { companionLines, EPILOGUE, ERRNO, onCall, prologue, ACTION } from './filters';
import { AUDIT_ARCH, syscallNumber, type Machine, type SyscallName } from './syscalls';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_TYPE = 0xf;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;
const IPPROTO_TCP = 6;
const MSG_FASTOPEN = 0x20000000;
const TCP_FASTOPEN_CONNECT = 30;

/**
 * Besides what level A refuses. Tracing and memory of other processes; System V and POSIX queues and shared memory,
 * which no namespace separates here.
 */
export const REFUSED_ON_HOST = [
  'ptrace',
  'process_vm_writev',
  'process_madvise',
  'pidfd_getfd',
  'kcmp',
  'shmget',
  'shmat',
  'msgget',
  'msgsnd',
  'msgrcv',
  'semget',
  'semop',
  'semtimedop',
  'mq_open',
] as const satisfies readonly SyscallName[];

/** TCP only (not Multipath TCP, no datagrams); unix streams, whose destination is fixed by connect alone. */
function socketLines(machine: Machine, unix: 'allow' | 'noAccess'): Line[] {
  return [
    ...onCall(machine, 'socket', [
      { load: DATA.argumentLow(0) },
      { ifEqual: AF_UNIX, goto: unix === 'allow' ? 'stream' : 'noAccess' },
      { ifEqual: AF_NETLINK, goto: 'routing' },
      { ifEqual: AF_INET, goto: 'internet' },
      { ifEqual: AF_INET6, else: 'noFamily' },
      { label: 'internet' },
      { load: DATA.argumentLow(1) },
      { and: SOCK_TYPE },
      { ifEqual: SOCK_STREAM, else: 'noAccess' },
      { load: DATA.argumentLow(2) },
      { ifEqual: 0, goto: 'allow' },
      { ifEqual: IPPROTO_TCP, goto: 'allow', else: 'noAccess' },
      { label: 'routing' },
      { load: DATA.argumentLow(2) },
      { ifEqual: 0, goto: 'allow', else: 'noAccess' },
    ]),
    ...onCall(machine, 'socketpair', [
      { load: DATA.argumentLow(0) },
      { ifEqual: AF_UNIX, else: 'noFamily' },
      { label: 'stream' },
      { load: DATA.argumentLow(1) },
      { and: SOCK_TYPE },
      { ifEqual: SOCK_STREAM, goto: 'allow' },
      { ifEqual: SOCK_SEQPACKET, goto: 'allow', else: 'noAccess' },
    ]),
  ];
}

/** Fast open sends data without a connect. */
function fastOpenLines(machine: Machine): Line[] {
  const withFlags = (name: SyscallName, argument: number): Line[] =>
    onCall(machine, name, [
      { load: DATA.argumentLow(argument) },
      { ifAnyBit: MSG_FASTOPEN, goto: 'refuse' },
    ]);
  return [
    ...withFlags('sendto', 3),
    ...withFlags('sendmsg', 2),
    ...withFlags('sendmmsg', 3),
    ...onCall(machine, 'setsockopt', [
      { load: DATA.argumentLow(1) },
      { ifEqual: IPPROTO_TCP, else: 'allow' },
      { load: DATA.argumentLow(2) },
      { ifEqual: TCP_FASTOPEN_CONNECT, goto: 'refuse' },
    ]),
  ];
}

/** Priorities and limits of other processes: no namespace hides them. Only one's own, named 0, may be set. */
function otherProcessLines(machine: Machine): Line[] {
  return [
    ...onCall(machine, 'setpriority', [
      { load: DATA.argumentLow(1) },
      { ifEqual: 0, else: 'refuse' },
    ]),
    ...onCall(machine, 'prlimit64', [
      { load: DATA.argumentLow(0) },
      { ifEqual: 0, else: 'refuse' },
    ]),
  ];
}

/** What no jailed process may do where the network is the machine's own. `unix`: whether unix sockets exist at all. */
export function hostCompanionFilter(machine: Machine, unix: 'allow' | 'noAccess'): Buffer {
  return assemble([
    ...prologue(machine),
    ...companionLines(machine, REFUSED_ON_HOST),
    ...otherProcessLines(machine),
    ...fastOpenLines(machine),
    ...socketLines(machine, unix),
    { label: 'allow' },
    ...EPILOGUE,
    { label: 'noAccess' },
    { return: ACTION.errno(ERRNO.EACCES) },
  ]);
}

const NOTIFIED_ON_HOST = [
  'execve',
  'execveat',
  'connect',
  'bind',
  'listen',
] as const satisfies readonly SyscallName[];

/** Stops what the supervisor does itself or decides: execs, and every step by which a socket gets somewhere. */
export function hostNotifyFilter(machine: Machine): Buffer {
  return assemble([
    { load: DATA.arch },
    { ifEqual: AUDIT_ARCH[machine], else: 'allow' },
    { load: DATA.syscall },
    ...NOTIFIED_ON_HOST.map((name) => ({ ifEqual: syscallNumber(machine, name), goto: 'notify' })),
    { ifEqual: syscallNumber(machine, 'socket'), else: 'allow' },
    { load: DATA.argumentLow(0) },
    { ifEqual: AF_UNIX, goto: 'notify' },
    { ifEqual: AF_INET, goto: 'notify' },
    { ifEqual: AF_INET6, goto: 'notify' },
    { label: 'allow' },
    { return: ACTION.allow },
    { label: 'notify' },
    { return: ACTION.userNotification },
  ]);
}
