/** A jailed command behaves as a process like any other: status, signals, terminal, descriptors, and nothing is left. */
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportLevels } from '../../firewall/probe';
import {
  HELPER,
  processesNaming,
  RunningCommand,
  startFixture,
  type Fixture,
} from './jail-fixture';

/** Runs the jail on a pseudo terminal of its own (util-linux `script`). */
function onTerminal(jail: Fixture, script: string): RunningCommand {
  const launch = jail.host.launchArguments(['/bin/sh', '-c', script]);
  const line = launch.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const env = { PATH: process.env['PATH'], HOME: jail.home, TERM: 'xterm', SHELL: '/bin/sh' };
  return new RunningCommand(
    spawn('script', ['-qec', `exec ${line}`, '/dev/null'], {
      cwd: jail.project,
      env,
      stdio: 'pipe',
    }),
  );
}

describe.each(['A', 'B', 'C', 'D'] as const)('a command at level %s', (level) => {
  let jail: Fixture;
  beforeAll(async () => {
    jail = await startFixture({ level });
  });
  afterAll(async () => {
    await jail[Symbol.asyncDispose]();
  });

  test.each([
    ['exit 0', 0],
    ['exit 7', 7],
    ['exit 255', 255],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
    ['kill -SEGV $$', 139],
    ['kill -HUP $$', 129],
  ])('%s ends with %d', async (script, status) => {
    expect((await jail.sh(script)).status).toBe(status);
  });

  test.each([
    { argv: ['no-such-program'], status: 127, says: 'no-such-program: command not found' },
    { argv: ['./missing'], status: 127, says: './missing: command not found' },
    { argv: ['./plain'], status: 126, says: './plain: Permission denied' },
    { argv: ['.'], status: 126, says: 'Permission denied' },
    { argv: [''], status: 127, says: 'command not found' },
  ])('$argv ends with $status', async ({ argv, status, says }) => {
    writeFileSync(join(jail.project, 'plain'), 'text\n', { mode: 0o644 });
    const result = await jail.run(argv);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(says);
  });

  test('a script without an interpreter line is run by sh, as shells do', async () => {
    writeFileSync(join(jail.project, 'bare'), 'echo "$1-$2"; exit 3\n');
    chmodSync(join(jail.project, 'bare'), 0o755);
    expect(await jail.run(['./bare', 'a', 'b c'])).toMatchObject({ status: 3, stdout: 'a-b c\n' });
  });

  test.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2'] as const)(
    '%s reaches the command, which decides what becomes of it',
    async (signal) => {
      const running = jail.start(
        `trap 'echo caught; exit 5' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`,
      );
      await running.says('ready');
      running.child.kill(signal);
      expect(await running.status).toBe(5);
      expect(running.output).toContain('caught');
    },
  );

  test('a command that does not catch SIGTERM ends with 143, never 0', async () => {
    const running = jail.start('echo ready; exec sleep 1000');
    await running.says('ready');
    running.child.kill('SIGTERM');
    expect(await running.status).toBe(143);
  });

  test('standard input, output and error are the command’s own', async () => {
    const input = 'x'.repeat(1_000_000);
    expect(await jail.sh('wc -c; echo quiet >&2', { input })).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\s*1000000\n$/),
      stderr: expect.stringContaining('quiet\n'),
    });
  });

  test('arguments arrive unchanged, empty and long ones too', async () => {
    const argv = ['printf', '<%s>', '', 'a b', '$HOME', "it's", 'ü\n', 'y'.repeat(100_000)];
    const { stdout } = await jail.run(argv);
    expect(stdout).toBe(
      argv
        .slice(2)
        .map((argument) => `<${argument}>`)
        .join(''),
    );
  });

  test('no descriptor but 0, 1 and 2 is passed on', async () => {
    const { stdout } = await jail.run(['/bin/sh', '-c', 'exec ls /proc/self/fd']);
    expect(stdout.trim().split('\n')).toEqual(['0', '1', '2', '3']); // 3: the folder ls reads
  });

  test('a terminal stays one, with its size', async () => {
    const running = onTerminal(jail, 'stty rows 33 cols 77; test -t 0 && test -t 1 && stty size');
    expect(await running.status).toBe(0);
    expect(running.output).toContain('33 77');
  });

  test('Ctrl-C on the terminal goes to the command once; one that catches it goes on', async () => {
    const running = onTerminal(
      jail,
      `trap 'echo caught' INT; echo ready; while :; do read line && break; done; echo "got $line"; exit 5`,
    );
    await running.says('ready');
    running.child.stdin?.write('\u0003');
    await running.says('caught');
    running.child.stdin?.write('more\n');
    expect(await running.status).toBe(5);
    expect(running.output.match(/caught/g)).toHaveLength(1);
  });

  test('an interactive shell has job control', async () => {
    const running = onTerminal(jail, 'exec bash --norc --noprofile -i');
    await running.says('bash-');
    running.child.stdin?.write("sh -c 'echo up''up; exec sleep 300'\n");
    await running.says('upup');
    running.child.stdin?.write('\u001a');
    await running.says('Stopped');
    running.child.stdin?.write('exit 9\nexit 9\n');
    expect(await running.status).toBe(9);
    expect(running.output).not.toContain('no job control');
  });
});

describe('what a jail stands on', () => {
  let jail: Fixture;
  beforeAll(async () => {
    jail = await startFixture();
  });
  afterAll(async () => {
    await jail[Symbol.asyncDispose]();
  });

  test('keystrokes cannot be put into the terminal outside', async () => {
    const code = `ioctl(STDIN, 0x5412, my $c = "x") ? print "PUT\\n" : print "REFUSED\\n"`;
    const inside = onTerminal(jail, `exec perl -e '${code}'`);
    expect(await inside.status).toBe(0);
    expect(inside.output).toContain('REFUSED');
  });

  test('a container that masks parts of /proc is no obstacle', async () => {
    const launch = jail.host.launchArguments(['sh', '-c', 'echo $$; ls /proc/self/fd']);
    const script = 'mount -t tmpfs none /proc/sys && exec "$@"';
    const masked = ['unshare', '-Urm', 'sh', '-c', script, 'sh', ...launch];
    const { status, stdout } = await jail.run(masked, { isOutside: true });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '2\n0\n1\n2\n3\n' });
  });

  /** The package may lie where a jail sees nothing. */
  function helperInside(): string {
    const copy = join(jail.project, 'aigov-jail');
    copyFileSync(HELPER, copy);
    return copy;
  }

  test('without namespaces and listener the probe finds level C and names what was refused', async () => {
    // A jail refuses namespaces and holds the only seccomp listener, as a strict container does.
    const { stdout } = await jail.run([helperInside(), 'probe']);
    const report = reportLevels(JSON.parse(stdout) as Record<string, number>);
    expect(report.best).toBe('C');
    expect(report.findings.find(({ level }) => level === 'A')?.missing).toEqual(
      expect.arrayContaining(['namespaces: EPERM', 'seccompListener: EBUSY']),
    );
  });

  test('a jail in a jail does not start', async () => {
    const nested = [helperInside(), 'run', '--socket', jail.host.socketPath, '--', 'true'];
    const { status, stderr } = await jail.run(nested);
    expect(status).toBe(125);
    expect(stderr).toContain('the firewall is not running');
  });
});

describe('the end of a jail', () => {
  let jail: Fixture;
  beforeEach(async () => {
    jail = await startFixture();
  });
  afterEach(async () => {
    await jail[Symbol.asyncDispose]();
  });

  test('takes background children with it', async () => {
    const mark = `31${process.pid}1`;
    await jail.sh(`(setsid sleep ${mark} & ) ; sleep ${mark} & exit 4`);
    expect(processesNaming(mark)).toEqual([]);
  });

  test('comes with the supervisor’s, however it died', async () => {
    const mark = `31${process.pid}2`;
    const running = jail.start(`(setsid sleep ${mark} &); echo ready; exec sleep ${mark}`);
    await running.says('ready');
    running.child.kill('SIGKILL');
    await running.status;
    expect(await gone(mark)).toEqual([]);
    const ofJail = jail.records.filter(({ kind }) => kind === 'jail');
    expect(ofJail.map(({ phase }) => phase)).toEqual(['open', 'close']);
    expect(ofJail[1]?.data).toMatchObject({ ending: 'crashed' });
  });

  test('comes with the daemon’s: a jailed process is never outside a jail', async () => {
    const mark = `31${process.pid}3`;
    const running = jail.start(
      `trap '' TERM HUP; (setsid sleep ${mark} &); echo ready; sleep ${mark}`,
    );
    await running.says('ready');
    await jail.host.close();
    expect(await running.status).toBe(125);
    expect(running.output).toContain('the firewall ended the jail');
    expect(processesNaming(mark)).toEqual([]);
  });

  test('names protected paths that were created, because nothing could be mounted over them', async () => {
    await jail.sh('echo alias ls=evil >~/.zshenv');
    expect(jail.records.find(({ kind }) => kind === 'file')?.data).toMatchObject({
      op: 'create',
      path: join(jail.home, '.zshenv'),
      reason: 'not_protected',
    });
  });

  test('is recorded with its status before the supervisor ends', async () => {
    await jail.sh('exit 3');
    expect(jail.records).toMatchObject([
      { kind: 'jail', phase: 'open', data: { level: 'A', command: ['/bin/sh', '-c', 'exit 3'] } },
      { kind: 'jail', phase: 'close', data: { ending: 'completed', status: 3 } },
    ]);
    expect(jail.records[0]?.id).toBe(jail.records[1]?.id);
    expect(jail.records.map(({ firewall }) => firewall?.sequence)).toEqual([0, 1]);
  });
});

/** Waits until no process carries the mark; the kernel ends a namespace's processes one after the other. */
async function gone(mark: string): Promise<number[]> {
  const deadline = performance.now() + 5000;
  while (processesNaming(mark).length > 0 && performance.now() < deadline)
    await new Promise((resolve) => setImmediate(resolve));
  return processesNaming(mark);
}

test('many jails run at once, each with its own session', async () => {
  await using jail = await startFixture();
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, index) => jail.sh(`echo ${index}; exit ${index}`)),
  );
  expect(results.map(({ status }) => status)).toEqual(results.map((_, index) => index));
  const sessions = jail.records.map(({ firewall }) => firewall?.sessionId);
  expect(new Set(sessions).size).toBe(12);
});
