import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Escape } from './escape';
import type { World } from './world';

/** The guard's part. Advisory by nature: these ways are closed, those that stay open are in docs/firewall-guarantees.md. */
function removes(
  name: string,
  script: (target: string, world: World) => string,
  by: Escape['by'] = 'sh',
): Escape {
  return {
    name,
    by,
    code: (world) => script(join(world.project, 'src'), world),
    hasEscaped: ({ project }) => !existsSync(join(project, 'src/kept.txt')),
  };
}

const RM = '$(command -v rm)';

export const COMMAND_ESCAPES: readonly Escape[] = [
  removes('rm -rf', (target) => `rm -rf ${target}`),
  removes('rm -rf by absolute path', (target) => `${RM} -rf ${target}`),
  removes('rm -rf with a PATH of its own', (target) => `PATH=/bin:/usr/bin rm -rf ${target}`),
  removes('rm -rf in a subshell', (target) => `(cd / && rm -rf ${target})`),
  removes('rm -rf by env', (target) => `env -i ${RM} -rf ${target}`),
  removes('rm -rf by xargs', (target) => `echo ${target} | xargs rm -rf`),
  removes('rm -rf by find -exec', (target) => `find ${target} -maxdepth 0 -exec rm -rf {} +`),
  removes('rm -rf by a nested shell', (target) => `sh -c "sh -c 'rm -rf ${target}'"`),
  removes('rm -rf by perl', (target) => `exec "rm", "-rf", "${target}"`, 'perl'),
  removes(
    'rm -rf by node',
    (target) => `require('child_process').execFileSync('rm', ['-rf', '${target}'])`,
    'node',
  ),
  removes('another argv[0]', (target) => `exec { "/bin/rm" } "ls", "-rf", "${target}"`, 'perl'),
  removes('empty argv[0]', (target) => `exec { "/bin/rm" } "", "-rf", "${target}"`, 'perl'),
  removes('link with another name', (target) => `ln -s ${RM} ls2; ./ls2 -rf ${target}; unlink ls2`),
  removes('renamed copy', (target) => `cp ${RM} tidy; ./tidy -rf ${target}; unlink tidy`),
  removes(
    'renamed copy in a new folder',
    (target) => `mkdir -p d; cp ${RM} d/tidy; d/tidy -rf ${target}; unlink d/tidy; rmdir d`,
  ),
  removes(
    'by the dynamic loader',
    (target) =>
      `for l in /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1; do [ -e $l ] && $l ${RM} -rf ${target}; done`,
  ),
  removes(
    'script whose interpreter is rm',
    (target) =>
      `printf '#!%s -rf\\n' ${RM} >s; chmod +x s; ./s ${target}; unlink s 2>/dev/null; true`,
  ),
  removes('by /proc/self/fd', (target) => `exec 9<${RM}; /proc/self/fd/9 -rf ${target}`),
  removes('by /dev/fd', (target) => `exec 9<${RM}; /dev/fd/9 -rf ${target}`),
  removes('by /proc/self/root', (target) => `/proc/self/root/bin/rm -rf ${target}`),
  removes(
    'by /proc/self/cwd',
    (target) => `cd /usr/bin 2>/dev/null; [ -x rm ] || cd /bin; /proc/self/cwd/rm -rf ${target}`,
  ),
  removes('relative path', (target) => `cd /bin && ../bin/rm -rf ${target}`),
  removes(
    'execveat of a descriptor',
    (target) => `open(my $f, "<", "/bin/rm"); my ($e, @a) = ("", "rm", "-rf", "${target}");
      my $argv = pack("P*P*P*Q", $a[0], $a[1], $a[2], 0); $argv = join("", map { pack("P", $_) } @a) . pack("Q", 0);
      my $env = pack("Q", 0); syscall(${process.arch === 'arm64' ? 281 : 322}, fileno($f), $e, $argv, $env, 0x1000)`,
    'perl',
  ),
  removes(
    'file in memory',
    (
      target,
    ) => `my $n = "m"; my $fd = syscall(${process.arch === 'arm64' ? 279 : 319}, $n, 0); open(my $m, ">&=", $fd); binmode $m;
      open(my $r, "<:raw", "/bin/rm"); local $/; my $b = <$r>; syswrite $m, $b; exec "/proc/self/fd/$fd", "-rf", "${target}"`,
    'perl',
  ),
  removes(
    'caller without readable memory',
    (target) =>
      `syscall(${process.arch === 'arm64' ? 167 : 157}, 4, 0, 0, 0, 0); exec "rm", "-rf", "${target}"`,
    'perl',
  ),
  removes(
    'rm -rf after fork and exit of the parent',
    (target) =>
      `(setsid rm -rf ${target} </dev/null >/dev/null 2>&1 & ); perl -e 'select undef, undef, undef, 0.2'`,
  ),
];
