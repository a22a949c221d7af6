/** SIGKILL of every part at any moment: nothing is left behind and no jailed process outlives its jail. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../bench/fuzz/random';
import { bundleDaemon, startDaemon } from './daemon-process';
import { processesNaming, RunningCommand } from './jail-fixture';

/** Moments per victim; they differ from run to run, so a failure shows the seed. AIGOV_KILL_ROUNDS=100 for the full run. */
const ROUNDS = Number(process.env['AIGOV_KILL_ROUNDS'] ?? 6);
const LATEST_MS = 25;
const seed = Date.now() >>> 0;

let root: string;
let bundle: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'aigov-kill-'));
  bundle = bundleDaemon(root);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Waits until no process carries the mark. */
async function gone(mark: string): Promise<number[]> {
  const deadlineMs = performance.now() + 10_000;
  while (processesNaming(mark).length > 0 && performance.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return processesNaming(mark);
}

/** Mounts and listening sockets that still name the folder. */
function keptIn(folder: string): string[] {
  return ['/proc/self/mountinfo', '/proc/net/unix'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes(folder)),
  );
}

/** What is killed, as a process id; undefined when it is not there yet or any more. */
const VICTIMS = {
  daemon: (parts: { daemon: number }) => parts.daemon,
  supervisor: (parts: { supervisor: number }) => parts.supervisor,
  broker: (parts: { folder: string }) =>
    processesNaming(`broker\0${parts.folder}`).find(() => true),
  command: (parts: { mark: string }) => processesNaming(`sleep\0${parts.mark}`).find(() => true),
  init: (parts: { folder: string; supervisor: number }) =>
    processesNaming(`run\0--socket\0${parts.folder}`).find((pid) => pid !== parts.supervisor),
} as const;

test.each(Object.keys(VICTIMS) as (keyof typeof VICTIMS)[])(
  'the %s, killed at any moment, leaves nothing',
  async (victim) => {
    const random = new Random(seed);
    for (let round = 0; round < ROUNDS; round += 1) {
      const folder = join(root, `${victim}-${round}`);
      const mark = `7${process.pid}${round}${victim.length}`;
      const { child, launch } = await startDaemon(bundle, folder);
      const script = `(setsid sleep ${mark} &); while :; do true; /bin/true; sleep ${mark} & break; done; wait`;
      const [program, ...args] = [...launch, '/bin/sh', '-c', script] as string[] as [
        string,
        ...string[],
      ];
      const command = new RunningCommand(
        spawn(program, args, { stdio: 'pipe', env: { PATH: '/usr/bin:/bin', HOME: root } }),
      );
      const supervisor = command.child.pid ?? 0;
      await new Promise((resolve) => setTimeout(resolve, random.below(LATEST_MS)));
      const pid = VICTIMS[victim]({ daemon: child.pid ?? 0, supervisor, folder, mark });
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      else child.kill('SIGKILL');
      if (victim === 'command') child.kill('SIGKILL');
      const status = await command.status;
      expect({ seed, round, left: await gone(mark), succeeded: status === 0 }).toEqual({
        seed,
        round,
        left: [],
        succeeded: false,
      });
      child.kill('SIGKILL');
      expect({ seed, round, left: await gone(folder), kept: keptIn(folder) }).toEqual({
        seed,
        round,
        left: [],
        kept: [],
      });
    }
  },
  ROUNDS * 10_000,
);
