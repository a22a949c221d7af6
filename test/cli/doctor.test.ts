/** `aigov workspace doctor` on machines that refuse what stronger levels need. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { runProgram } from '../../cli/program';
import { registerWorkspaceCommands } from '../../cli/workspace';
import { DOCKER, helperOn, SUPERVISED } from '../firewall/emulated-kernel';

const folder = mkdtempSync(join(tmpdir(), 'aigov-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function doctor(...flags: readonly string[]) {
  let stdout = '';
  let exitCode = 0;
  const sink = (write: (text: string) => void) =>
    new Writable({ write: (chunk, _, done) => (write(String(chunk)), done()) });
  const io = {
    stdin: Readable.from([]),
    stdout: sink((text) => (stdout += text)),
    stderr: sink(() => undefined),
    environment: { AIGOV_RELAY_PORT: '1' },
    cwd: folder,
    setExitCode: (code: number) => void (exitCode = code),
  };
  const argv = ['workspace', 'doctor', ...flags];
  await runProgram(argv, io, '0.0.0', [
    (program, given) => registerWorkspaceCommands(program, given, '0.0.0'),
  ]);
  return { stdout, exitCode };
}

test('names the best level, what was refused of the others, and how to get it', async () => {
  const { stdout, exitCode } = await doctor('--helper', helperOn(DOCKER, folder));
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^best level B, Landlock ABI \d+\n/);
  expect(stdout).toMatch(/^A +refused +namespaces: EPERM\n +Allow unprivileged user namespaces/m);
  expect(stdout).toMatch(/^B +available\n/m);
});

test('the same as JSON', async () => {
  const { stdout } = await doctor('--json', '--helper', helperOn(SUPERVISED, folder));
  const { best, levels } = JSON.parse(stdout) as { best: string; levels: { level: string }[] };
  expect(best).toBe('C');
  expect(levels.find(({ level }) => level === 'B')).toEqual({
    level: 'B',
    isAvailable: false,
    missing: ['seccompListener: EBUSY'],
    remedy: expect.stringContaining('outside the other supervisor'),
  });
});

test('without a helper or a running firewall it says which to name', async () => {
  expect((await doctor()).exitCode).toBe(3);
});
