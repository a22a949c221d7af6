import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { HELPER, RUNTIME, ScratchWorkspace, SESSION_TOKEN } from './runtime';

const TIMEOUT_MS = 60_000;
const BUNDLED = { gateway: { kind: 'bundled', providers: [] } };

test(
  'starts, says it is ready, installs launchers, and a second start changes nothing [FW-3]',
  async () => {
    await using workspace = await ScratchWorkspace.create(BUNDLED);
    const first = await workspace.start();
    expect(first).toMatchObject({ code: 0, stderr: 'aigov: started\n' });
    expect(JSON.parse(first.stdout)).toMatchObject({ status: 'ready', firewallLevel: 'A' });
    expect(readdirSync(workspace.binDir).toSorted()).toEqual(['aigov', 'claude']);
    const second = await workspace.start();
    expect(second.stderr).toBe('aigov: already-running\n');
    expect(JSON.parse(second.stdout).pid).toBe(JSON.parse(first.stdout).pid);
  },
  TIMEOUT_MS,
);

test(
  'two starts at once give one daemon',
  async () => {
    await using workspace = await ScratchWorkspace.create(BUNDLED);
    const both = await Promise.all([workspace.start(), workspace.start()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const pids = new Set(both.map(({ stdout }) => JSON.parse(stdout).pid as number));
    expect(pids.size).toBe(1);
  },
  TIMEOUT_MS,
);

test(
  'a changed configuration replaces the daemon; with the firewall off no launcher is left [FW-3]',
  async () => {
    await using workspace = await ScratchWorkspace.create(BUNDLED);
    const before = await workspace.start();
    workspace.configure({ ...BUNDLED, isFirewallEnabled: false });
    const after = await workspace.start();
    expect(after.stderr).toBe('aigov: replaced\n');
    expect(JSON.parse(after.stdout)).toMatchObject({ firewallLevel: 'off' });
    expect(JSON.parse(after.stdout).pid).not.toBe(JSON.parse(before.stdout).pid);
    expect(readdirSync(workspace.binDir)).toEqual(['aigov']);
  },
  TIMEOUT_MS,
);

test(
  'a port held by somebody else is refused with the holder, and nothing is left behind',
  async () => {
    await using workspace = await ScratchWorkspace.create(BUNDLED);
    const holder = createServer((socket) => socket.destroy());
    await new Promise<void>((done) => holder.listen(workspace.port, '127.0.0.1', done));
    const refused = await workspace.start();
    holder.close();
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      new RegExp(`^PORT_IN_USE 127.0.0.1:${workspace.port}: held by process ${process.pid}`),
    );
    expect(existsSync(join(workspace.stateDir, 'run', 'jail.sock'))).toBe(false);
  },
  TIMEOUT_MS,
);

test(
  'a helper whose bytes are wrong is not run: exit 3 and the reason',
  async () => {
    await using workspace = await ScratchWorkspace.create(BUNDLED);
    const refused = await workspace.start(workspace.configFile);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/^FIREWALL_[A-Z_]+ /);
  },
  TIMEOUT_MS,
);

test(
  'a level below the policy’s minimum is refused, and the daemon does not stay [FW-3]',
  async () => {
    await using workspace = await ScratchWorkspace.create({
      ...BUNDLED,
      policy: { firewall: { minimumLevel: 'A+' } },
    });
    const refused = await workspace.start();
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('FIREWALL_LEVEL_TOO_LOW');
    expect((await workspace.aigov('workspace', 'status')).code).toBe(1);
  },
  TIMEOUT_MS,
);

test(
  'the session token is in no file, argv or environment of the runtime, nor in the jail',
  async () => {
    await using workspace = await ScratchWorkspace.create(BUNDLED);
    await workspace.start();
    const pid = await workspace.pid();
    const places = [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`, ...filesBelow(workspace.home)];
    expect(places.filter((path) => readFileSync(path).includes(SESSION_TOKEN))).toEqual([]);
    const jailed = await workspace.aigov(
      'run',
      '--',
      'sh',
      '-c',
      'env; cat /proc/*/environ /proc/*/cmdline',
    );
    expect(jailed.stdout).toContain('HOME=');
    expect(jailed.stdout).not.toContain(SESSION_TOKEN);
  },
  TIMEOUT_MS,
);

test(
  'the jail sees neither state folder nor spool, and says its exit status',
  async () => {
    await using workspace = await ScratchWorkspace.create(BUNDLED);
    await workspace.start();
    const listing = await workspace.aigov(
      'run',
      '--',
      'sh',
      '-c',
      `ls -A ${workspace.stateDir}; exit 7`,
    );
    expect(listing.code).toBe(7);
    expect(listing.stdout.trim()).toBe('');
  },
  TIMEOUT_MS,
);

test('the runtime and helper are there to be tested', () => {
  expect([RUNTIME, HELPER].filter((path) => !existsSync(path))).toEqual([]);
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}
