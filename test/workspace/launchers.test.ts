import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installLaunchers } from '../../workspace';
import { ScratchWorkspace } from './runtime';

const TIMEOUT_MS = 60_000;

/** A client that says how it was called and whether it is in a jail. */
const CLIENT = `#!/bin/sh
[ -f /run/aigov/ca-bundle.pem ] && where=jailed || where=free
echo "$where: $*"
`;

function installClient(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'claude'), CLIENT);
  chmodSync(join(folder, 'claude'), 0o755);
}

test(
  'a client starts once in the jail, by its name and by `aigov run`, also from within the jail [FW-3]',
  async () => {
    await using workspace = await ScratchWorkspace.create({
      gateway: { kind: 'bundled', providers: [] },
    });
    await workspace.start();
    const tools = join(workspace.home, 'tools');
    installClient(tools);
    const path = `PATH=${workspace.binDir}:${tools}:$PATH`;
    const terminal = { env: workspace.environment, cwd: workspace.home, encoding: 'utf8' } as const;
    const byName = execFileSync('sh', ['-c', `${path}; claude -p "two words"`], terminal);
    expect(byName).toBe('jailed: -p two words\n');
    const nested = await workspace.aigov('run', '--', 'sh', '-c', `${path}; claude -p "two words"`);
    expect(nested).toEqual({ code: 0, stdout: 'jailed: -p two words\n', stderr: '' });
  },
  TIMEOUT_MS,
);

test('outside a jail a launcher never starts the client without one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aigov-launchers-'));
  try {
    const binDir = join(folder, 'bin');
    installClient(join(folder, 'tools'));
    installLaunchers({
      binDir,
      nodePath: 'node',
      runtimePath: 'aigov.cjs',
      clients: ['claude-code'],
      jailLaunch: ['/bin/echo', 'through the jail:'],
    });
    const env = { PATH: `${binDir}:${join(folder, 'tools')}:/usr/bin:/bin` };
    const output = execFileSync('claude', ['-p', 'hi'], { env, encoding: 'utf8' });
    expect(output).toBe(`through the jail: ${join(folder, 'tools', 'claude')} -p hi\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
