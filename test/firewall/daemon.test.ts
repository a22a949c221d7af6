/** A firewall that cannot start says why; one that can, does so in odd places. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewRecord } from '../../audit';
import { startFixture } from './jail-fixture';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'aigov-daemon-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('two daemons on one state folder: the second is refused, the first goes on', async () => {
  await using first = await startFixture({ stateDir: root });
  await expect(startFixture({ stateDir: root })).rejects.toMatchObject({
    code: 'FIREWALL_ALREADY_RUNNING',
    message: expect.stringContaining('run/jail.sock'),
  });
  expect((await first.sh('exit 6')).status).toBe(6);
});

test('a socket left by a killed daemon is no obstacle', async () => {
  mkdirSync(join(root, 'run'));
  writeFileSync(join(root, 'run/jail.sock'), '');
  await using jail = await startFixture({ stateDir: root });
  expect((await jail.sh('exit 6')).status).toBe(6);
});

test.each([
  { name: 'missing', make: () => undefined },
  {
    name: 'not executable',
    make: (path: string) => writeFileSync(path, 'x', { mode: 0o644 }),
  },
  {
    name: 'not a program',
    make(path: string) {
      writeFileSync(path, 'x');
      chmodSync(path, 0o755);
    },
  },
])('a helper that is $name is named', async ({ make }) => {
  const helperPath = join(root, 'helper');
  make(helperPath);
  await expect(startFixture({ helperPath })).rejects.toMatchObject({
    code: 'FIREWALL_HELPER_FAILED',
    message: expect.stringContaining(helperPath),
    remedy: expect.stringContaining('noexec'),
  });
});

test('a minimum level above what the machine gives is refused before anything starts', async () => {
  await expect(startFixture({ policy: { minimumLevel: 'A+' } })).rejects.toMatchObject({
    code: 'FIREWALL_LEVEL_TOO_LOW',
    at: 'firewall.minimumLevel',
  });
});

test('a level chosen by hand may not undercut the minimum', async () => {
  await expect(startFixture({ level: 'D', policy: { minimumLevel: 'A' } })).rejects.toMatchObject({
    code: 'FIREWALL_LEVEL_TOO_LOW',
  });
});

test('a state folder longer than a socket address works', async () => {
  const stateDir = join(root, 'long'.repeat(20), 'long'.repeat(20));
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  await using jail = await startFixture({ stateDir });
  expect((await jail.sh('exit 6')).status).toBe(6);
});

describe('when the audit cannot be written', () => {
  const broken = { record: (_record: NewRecord) => Promise.reject(new Error('disk full')) };

  test('block: the command does not start', async () => {
    await using jail = await startFixture({ recorder: broken });
    const { status, stdout, stderr } = await jail.sh('echo ran');
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toContain('the audit could not be written');
  });

  test('allow: it does', async () => {
    await using jail = await startFixture({
      recorder: broken,
      policy: { auditOnFailure: 'allow' },
    });
    expect(await jail.sh('echo ran; exit 3')).toMatchObject({ status: 3, stdout: 'ran\n' });
  });

  test('block: a watched command is refused once a record of the session failed', async () => {
    const kinds: string[] = [];
    await using jail = await startFixture({
      recorder: {
        record(record) {
          kinds.push(record.kind);
          if (record.kind === 'command') return Promise.reject(new Error('disk full'));
          const chain = { uid: '', seq: 0, prev: '', hash: '' };
          return Promise.resolve({ ...record, version: 1, time: '', chain });
        },
      },
    });
    const { stderr } = await jail.sh('touch a b; rm a; sleep 0.1; rm b; ls');
    expect(stderr).toContain('the audit cannot be written');
    expect(kinds).toContain('command');
  });
});

test('monitor mode allows what a rule denies, and records it', async () => {
  await using jail = await startFixture({ policy: { mode: 'monitor' } });
  const { status } = await jail.sh('mkdir -p d/e && rm -rf d && [ ! -e d ]');
  expect(status).toBe(0);
  expect(jail.records.find(({ kind }) => kind === 'command')?.data).toMatchObject({
    effect: 'allow',
    reason: 'monitored',
    denial: { reason: 'destructive_command' },
    mode: 'monitor',
  });
});
