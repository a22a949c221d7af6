import { perlProof, SEES_PROCESSES, type Escape } from './escape';

/** Perl: a raw system call that must give a non-negative result. Numbers are those of the machine. */
function call(x64: number, arm64: number, args: string): string {
  return `syscall(${process.arch === 'arm64' ? arm64 : x64}, ${args}) >= 0`;
}

/** Perl: the call succeeds outside and must not inside. */
function refusedCall(x64: number, arm64: number, args: string, prelude = ''): () => string {
  return () => perlProof(call(x64, arm64, args), prelude);
}

export const PROCESS_ESCAPES: readonly Escape[] = [
  {
    name: 'signal to a process outside',
    by: 'perl',
    code: ({ victimPid }) => perlProof(`kill(0, ${victimPid})`),
  },
  {
    name: 'pidfd of a process outside',
    openAt: SEES_PROCESSES,
    by: 'perl',
    code: ({ victimPid }) => perlProof(call(434, 434, `${victimPid}, 0`)),
  },
  {
    name: 'priority of a process outside',
    by: 'perl',
    code: ({ victimPid }) => perlProof(call(141, 140, `0, ${victimPid}, 5`)),
  },
  {
    name: 'limits of a process outside',
    by: 'perl',
    code: ({ victimPid }) => perlProof(call(302, 261, `${victimPid}, 7, 0, my $b = "\\0" x 16`)),
  },
  {
    name: 'ptrace of a process outside',
    by: 'perl',
    code: ({ victimPid }) => perlProof(call(101, 117, `16902, ${victimPid}, 0, 0`)),
  },
  {
    name: 'memory of a process outside',
    by: 'perl',
    code: ({ victimPid }) => perlProof(`open(my $f, "<", "/proc/${victimPid}/mem")`),
  },
  {
    name: 'environment of a process outside',
    by: 'sh',
    code: ({ victimPid }) => `tr '\\0' '\\n' </proc/${victimPid}/environ`,
  },
  {
    name: 'folder of a process outside',
    by: 'sh',
    code: ({ victimPid }) => `cat /proc/${victimPid}/cwd/secret`,
  },
  {
    name: 'root of a process outside',
    by: 'sh',
    code: ({ victimPid, outerTmp }) => `cat /proc/${victimPid}/root${outerTmp}/secret`,
  },
  {
    name: 'descriptors of a process outside',
    openAt: SEES_PROCESSES,
    by: 'sh',
    code: ({ victimPid }) => `ls /proc/${victimPid}/fd >/dev/null && echo ESCAPED`,
  },
  {
    name: 'command line of a process outside',
    openAt: SEES_PROCESSES,
    by: 'sh',
    code: ({ victimPid }) => `grep -q 100000 /proc/${victimPid}/cmdline && echo ESCAPED`,
  },
  {
    name: 'list of processes outside',
    openAt: SEES_PROCESSES,
    by: 'sh',
    code: () => 'grep -lx sleep /proc/[0-9]*/comm 2>/dev/null | grep -q . && echo ESCAPED',
  },
  {
    name: 'network namespace of a process outside',
    by: 'perl',
    needsRoot: true,
    code: ({ victimPid }) =>
      perlProof(
        call(308, 268, 'fileno($n), 0'),
        `open(my $n, "<", "/proc/${victimPid}/ns/net") or exit;`,
      ),
  },
  { name: 'new user namespace by unshare', by: 'perl', code: refusedCall(272, 97, '0x10000000') },
  {
    name: 'new user namespace by unshare(1)',
    by: 'sh',
    code: () => 'unshare -Ur true && echo ESCAPED',
  },
  {
    name: 'new user and network namespace',
    by: 'sh',
    code: () => 'unshare -Urn true && echo ESCAPED',
  },
  { name: 'new mount namespace', by: 'sh', code: () => 'unshare -Urm true && echo ESCAPED' },
  {
    name: 'namespace flags in the upper half of the word',
    by: 'perl',
    code: refusedCall(272, 97, '0x7f10000000 & 0xffffffff'),
  },
  { name: 'namespace by clone', by: 'perl', code: refusedCall(56, 220, '0x10000011, 0, 0, 0, 0') },
  { name: 'io_uring', by: 'perl', code: refusedCall(425, 425, '4, $p', 'my $p = "\\0" x 120;') },
  {
    name: 'kernel keyring',
    by: 'perl',
    code: refusedCall(248, 217, '$t, $d, $p, 1, -3', 'my ($t, $d, $p) = ("user", "aigov", "x");'),
  },
  { name: 'session keyring', by: 'perl', code: refusedCall(250, 219, '0, -3, 1') },
  {
    name: 'bpf map',
    by: 'perl',
    needsRoot: true,
    code: refusedCall(321, 280, '0, $a, 72', 'my $a = pack("L4", 2, 4, 4, 1) . "\\0" x 56;'),
  },
  { name: 'userfaultfd', by: 'perl', code: refusedCall(323, 282, '1') },
  {
    name: 'perf events',
    by: 'perl',
    needsRoot: true,
    code: refusedCall(298, 241, '$a, 0, -1, -1, 0', 'my $a = pack("LLQ", 1, 112, 0) . "\\0" x 96;'),
  },
  { name: 'chroot', by: 'perl', needsRoot: true, code: () => perlProof('chroot("/tmp")') },
  {
    name: 'mount of a tmpfs',
    by: 'sh',
    needsRoot: true,
    code: () =>
      'mkdir -p /tmp/m && mount -t tmpfs none /tmp/m && echo ESCAPED; umount /tmp/m 2>/dev/null',
  },
  {
    name: 'device node',
    by: 'sh',
    needsRoot: true,
    code: () => 'mknod n b 7 0 && echo ESCAPED; rm -f n',
  },
  {
    name: 'kernel settings',
    by: 'sh',
    needsRoot: true,
    code: () =>
      'v=$(cat /proc/sys/kernel/core_pattern); (printf %s "$v" >/proc/sys/kernel/core_pattern) && echo ESCAPED',
  },
  {
    name: 'control groups',
    by: 'sh',
    needsRoot: true,
    code: () =>
      'd=/sys/fs/cgroup; [ -d $d/pids ] && d=$d/pids; mkdir $d/aigov-x && echo ESCAPED; rmdir $d/aigov-x 2>/dev/null',
  },
  {
    name: 'change of user',
    by: 'perl',
    needsRoot: true,
    code: () => perlProof('$> == 1234', '$> = 1234;'),
  },
  {
    name: 'network settings',
    by: 'sh',
    needsRoot: true,
    code: () =>
      'perl -e \'socket(S,2,2,0); my $r=pack("Z16s",$ARGV[0],0x1049); print "ESCAPED\\n" if ioctl(S,0x8914,$r)\' lo',
  },
  {
    name: 'port below 1024',
    by: 'node',
    needsRoot: true,
    code: () =>
      `require('net').createServer().listen(81, () => { console.log('ESCAPED'); process.exit(); }).on('error', () => {})`,
  },
  { name: 'inherited descriptor', by: 'sh', code: () => 'cat <&7' },
  {
    name: 'tokens in the environment',
    by: 'sh',
    code: () => 'env | grep -q CODER_AGENT_TOKEN && echo ESCAPED',
  },
  {
    name: 'tokens in the environment of parents',
    by: 'sh',
    code: () =>
      `sh -c 'cat /proc/$PPID/environ /proc/1/environ 2>/dev/null' | tr '\\0' '\\n' | grep -q hunter2 && echo ESCAPED; true`,
  },
  {
    name: 'ptrace of init',
    by: 'perl',
    code: () => perlProof(call(101, 117, `16902, $p, 0, 0`), 'my $p = getppid();'),
  },
];
