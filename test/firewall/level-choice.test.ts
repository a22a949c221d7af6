/** Each level is chosen by trying, on machines that refuse what stronger ones need. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeLevels } from '../../firewall';
import type { Level } from '../../policy';
import {
  DOCKER,
  DOCKER_OLD_KERNEL,
  helperOn,
  SUPERVISED,
  SUPERVISED_OLD_KERNEL,
  WITHOUT_USER_NAMESPACES,
  type Machine,
} from './emulated-kernel';
import { startFixture } from './jail-fixture';

const folder = mkdtempSync(join(tmpdir(), 'aigov-machine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Case {
  readonly machine: Machine;
  readonly best: Level;
  /** Of the level above. */
  readonly refused: readonly [Level, string];
}

const cases: readonly Case[] = [
  { machine: DOCKER, best: 'B', refused: ['A', 'namespaces: EPERM'] },
  { machine: DOCKER_OLD_KERNEL, best: 'B-', refused: ['B', 'landlock: ABI 0, 4 needed'] },
  { machine: SUPERVISED, best: 'C', refused: ['B', 'seccompListener: EBUSY'] },
  { machine: SUPERVISED_OLD_KERNEL, best: 'D', refused: ['C', 'landlock: ABI 0, 4 needed'] },
];

const isRoot = process.getuid?.() === 0;

test(`user namespaces off: level ${isRoot ? 'A by privilege' : 'B'}`, async () => {
  await using jail = await startFixture({ helperPath: helperOn(WITHOUT_USER_NAMESPACES, folder) });
  expect(jail.host.level).toBe(isRoot ? 'A' : 'B');
  const { stdout } = await jail.sh('grep -h CapBnd /proc/self/status; ls -d /proc/[0-9]*; exit 3');
  if (isRoot) expect(stdout).toMatch(/^CapBnd:\t0{16}\n\/proc\/1\n/);
});

describe.each(cases)('on $machine.title', ({ machine, best, refused: [above, why] }) => {
  test(`the probe finds ${best}, and says what was refused of ${above}`, async () => {
    const report = await probeLevels(helperOn(machine, folder));
    expect(report.best).toBe(best);
    expect(report.findings.find(({ level }) => level === above)?.missing).toContain(why);
  });

  test(`a jail of level ${best} runs, keeps status, and records the level`, async () => {
    await using jail = await startFixture({ helperPath: helperOn(machine, folder) });
    expect(jail.host.level).toBe(best);
    expect(await jail.sh('echo out; exit 7')).toMatchObject({ status: 7, stdout: 'out\n' });
    expect(jail.records.map(({ data }) => data['level'])).toEqual([best, best]);
  });

  test(`a policy that asks for ${above} is refused with that reason`, async () => {
    const starting = startFixture({
      helperPath: helperOn(machine, folder),
      policy: { minimumLevel: above },
    });
    await expect(starting).rejects.toMatchObject({
      code: 'FIREWALL_LEVEL_TOO_LOW',
      message: expect.stringContaining(why),
    });
  });
});
