import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Level } from '../../../policy';
import { WITHOUT_MOUNTS, type Escape } from './escape';
import type { World } from './world';

function reads(name: string, path: (world: World) => string): Escape {
  return { name, by: 'sh', code: (world) => `cat ${path(world)}` };
}

/** The attack has worked when the file outside says so. */
function writes(
  name: string,
  path: (world: World) => string,
  script: (path: string) => string,
  openAt: readonly Level[] = [],
): Escape {
  return {
    name,
    openAt,
    by: 'sh',
    code: (world) => script(path(world)),
    hasEscaped: (world) =>
      existsSync(path(world)) && readFileSync(path(world), 'utf8').includes('ESCAPED'),
  };
}

const append = (path: string) => `echo ESCAPED >>${path}`;
const replace = (path: string) => `echo ESCAPED >draft; mv -f draft ${path}`;
const replaceAfterUnlink = (path: string) => `rm -f ${path}; echo ESCAPED >${path}`;

export const FILE_ESCAPES: readonly Escape[] = [
  writes('append to .bashrc', ({ home }) => join(home, '.bashrc'), append),
  writes('replace .bashrc', ({ home }) => join(home, '.bashrc'), replace),
  writes(
    'unlink .bashrc and write another',
    ({ home }) => join(home, '.bashrc'),
    replaceAfterUnlink,
  ),
  writes(
    'write .bashrc through /proc/self/root',
    ({ home }) => join(home, '.bashrc'),
    (path) => append(`/proc/self/root${path}`),
  ),
  writes(
    'write .bashrc through a link',
    ({ home }) => join(home, '.bashrc'),
    (path) => `ln -s ${path} l; echo ESCAPED >>l; rm -f l`,
  ),
  writes(
    'write .bashrc through a hard link',
    ({ home }) => join(home, '.bashrc'),
    (path) => `ln ${path} ${path}.h; echo ESCAPED >>${path}.h; rm -f ${path}.h`,
  ),
  {
    name: 'change the mode of .bashrc',
    openAt: WITHOUT_MOUNTS,
    by: 'sh',
    code: ({ home }) => `chmod 777 ${home}/.bashrc`,
    hasEscaped: ({ home }) => (statSync(join(home, '.bashrc')).mode & 0o777) === 0o777,
  },
  {
    name: 'empty .bashrc',
    by: 'perl',
    code: ({ home }) => `truncate "${home}/.bashrc", 0`,
    hasEscaped: ({ home }) => statSync(join(home, '.bashrc')).size === 0,
  },
  {
    name: 'change the time of .bashrc',
    openAt: WITHOUT_MOUNTS,
    by: 'perl',
    code: ({ home }) => `utime 1, 1, "${home}/.bashrc"`,
    hasEscaped: ({ home }) => statSync(join(home, '.bashrc')).mtimeMs === 1000,
  },
  writes('append to .profile', ({ home }) => join(home, '.profile'), append),
  writes('write .gitconfig', ({ home }) => join(home, '.gitconfig'), append),
  writes(
    'write the fish configuration',
    ({ home }) => join(home, '.config/fish/config.fish'),
    append,
  ),
  writes(
    'rename .config away and put another in place',
    ({ home }) => join(home, '.config/fish/config.fish'),
    (path) =>
      `cd ~ && cp -r .config .new && mv .config .old$$ && mv .new .config && echo ESCAPED >>${path}`,
  ),
  writes('write the agent settings', ({ home }) => join(home, '.claude/settings.json'), append),
  writes(
    'add a git hook',
    ({ project }) => join(project, '.git/hooks/pre-commit'),
    append,
    WITHOUT_MOUNTS,
  ),
  writes(
    'write the git configuration',
    ({ project }) => join(project, '.git/config'),
    append,
    WITHOUT_MOUNTS,
  ),
  writes(
    'git configuration by git',
    ({ project }) => join(project, '.git/config'),
    () => 'git config core.pager "echo ESCAPED"',
    WITHOUT_MOUNTS,
  ),
  writes(
    'rename .git away and put another in place',
    ({ project }) => join(project, '.git/hooks/post-commit'),
    (path) => `cp -r .git .new && mv .git .old$$ && mv .new .git && echo ESCAPED >${path}`,
    WITHOUT_MOUNTS,
  ),
  writes(
    'write editor tasks',
    ({ project }) => join(project, '.vscode/tasks.json'),
    append,
    WITHOUT_MOUNTS,
  ),
  writes(
    'replace the project folder',
    ({ project }) => join(project, '.vscode/tasks.json'),
    (path) =>
      `cd .. && cp -r project new && mv project old$$ && mv new project && echo ESCAPED >>${path}`,
  ),
  writes('add an ssh key', ({ home }) => join(home, '.ssh/authorized_keys'), append),
  reads('read an ssh key', ({ home }) => join(home, '.ssh/id_ed25519')),
  reads(
    'read an ssh key through /proc/self/root',
    ({ home }) => `/proc/self/root${home}/.ssh/id_ed25519`,
  ),
  {
    name: 'hard link to an ssh key',
    by: 'sh',
    code: ({ home }) => `ln ${home}/.ssh/id_ed25519 k && cat k; rm -f k`,
  },
  {
    name: 'move the ssh folder',
    by: 'sh',
    code: ({ home }) =>
      `mv ${home}/.ssh ${home}/s && cat ${home}/s/id_ed25519; mv ${home}/s ${home}/.ssh`,
  },
  reads('read Coder credentials', ({ home }) => join(home, '.config/coderv2/session')),
  reads('read the state folder', ({ stateDir }) => join(stateDir, 'secret')),
  reads(
    'read the state folder through the parent',
    ({ stateDir }) => `/proc/$PPID/root${stateDir}/secret`,
  ),
  {
    name: 'list the state folder',
    openAt: WITHOUT_MOUNTS,
    by: 'sh',
    code: ({ stateDir }) => `ls -A ${stateDir} | grep -q secret && echo ESCAPED`,
  },
  {
    name: 'state folder moved by its parent',
    by: 'sh',
    code: ({ home }) =>
      `mv ${home}/.local ${home}/l && cat ${home}/l/state/aigov/secret; mv ${home}/l ${home}/.local`,
  },
  {
    name: 'uncover by umount',
    by: 'sh',
    needsRoot: true,
    code: ({ stateDir }) =>
      `umount ${stateDir} 2>/dev/null; umount -l ${stateDir} 2>/dev/null; cat ${stateDir}/secret`,
  },
  reads('read another folder in /tmp', ({ outerTmp }) => join(outerTmp, 'secret')),
  {
    name: 'write another folder in /tmp',
    by: 'sh',
    code: ({ outerTmp }) => `echo more >>${outerTmp}/secret`,
    hasEscaped: ({ outerTmp }) => readFileSync(join(outerTmp, 'secret'), 'utf8').includes('more'),
  },
  {
    name: 'write to a system folder',
    by: 'sh',
    needsRoot: true,
    code: () =>
      'echo ESCAPED >/usr/local/lib/aigov-x; cat /usr/local/lib/aigov-x; rm -f /usr/local/lib/aigov-x',
  },
  {
    name: 'write to /etc',
    by: 'sh',
    needsRoot: true,
    code: () => 'echo ESCAPED >/etc/aigov-x; cat /etc/aigov-x; rm -f /etc/aigov-x',
  },
  {
    name: 'mount over a read-only file',
    by: 'sh',
    needsRoot: true,
    code: ({ home }) =>
      `cp ${home}/.bashrc b; echo ESCAPED >>b; mount --bind b ${home}/.bashrc && cat ${home}/.bashrc; umount ${home}/.bashrc 2>/dev/null`,
  },
  {
    name: 'remount the home writable',
    by: 'sh',
    needsRoot: true,
    code: ({ home }) =>
      `mount -o remount,bind,rw ${home}/.bashrc 2>/dev/null; echo ESCAPED >>${home}/.bashrc; cat ${home}/.bashrc`,
  },
  {
    name: 'file handle of a hidden file',
    by: 'perl',
    needsRoot: true,
    code: ({ stateDir }) =>
      `my $h = pack("Li", 128, 0) . "\\0" x 128; my $m = "\\0" x 4;
       exit if syscall(${process.arch === 'arm64' ? 264 : 303}, -100, my $p = "${stateDir}/secret", $h, $m, 0) < 0;
       open(my $r, "<", "/") or exit; my $fd = syscall(${process.arch === 'arm64' ? 265 : 304}, fileno($r), $h, 0);
       exit if $fd < 0; open(my $f, "<&=", $fd); print <$f>;`,
  },
];
