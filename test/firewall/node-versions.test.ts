/** Handles cross to Node in its own, undocumented framing: every Node on this machine has to take them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleDaemon, startDaemon } from './daemon-process';
import { collect } from './jail-fixture';

interface Installed {
  readonly version: string;
  readonly path: string;
}

/** The Node of the tests, and those of PATH and of the usual places. */
function installedNodes(): readonly Installed[] {
  const folders = ['/usr/bin', '/usr/local/bin', ...(process.env['PATH'] ?? '').split(':')];
  const found = new Map([[process.version, process.execPath]]);
  for (const folder of folders) {
    const version = versionOf(join(folder, 'node'));
    if (version !== undefined && !found.has(version)) found.set(version, join(folder, 'node'));
  }
  return [...found].map(([version, path]) => ({ version, path }));
}

function versionOf(path: string): string | undefined {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

test.each(installedNodes())('Node $version serves a jail', async ({ path }) => {
  const root = mkdtempSync(join(tmpdir(), 'aigov-node-'));
  const { child, launch } = await startDaemon(bundleDaemon(root), join(root, 'state'), path);
  try {
    const code = 'use IO::Socket::INET; print IO::Socket::INET->new("203.0.113.7:443")->getline';
    const { stdout, status } = await collect([...launch, 'perl', '-e', code], {
      env: { PATH: '/usr/bin:/bin', HOME: root },
    });
    expect({ stdout, status }).toEqual({ stdout: 'hello\n', status: 0 });
  } finally {
    child.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  }
});
