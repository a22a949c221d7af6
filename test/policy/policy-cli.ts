import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { registerPolicyCommands } from '../../cli/policy';
import { runProgram } from '../../cli/program';

/** What every policy file begins with. */
export const HEAD = 'apiVersion: aigov/v1\n';

/** `aigov policy …` in a folder of its own, as long as the test file runs. */
export function policyCli() {
  let cwd = '';
  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), 'aigov-policy-'));
  });
  afterAll(() => rmSync(cwd, { recursive: true }));

  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  };

  const run = async (
    argv: readonly string[],
    {
      input = '',
      environment = {},
    }: { input?: string; environment?: Readonly<Record<string, string>> } = {},
  ) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const output = Promise.all([text(stdout), text(stderr)]);
    let code = 0;
    const setExitCode = (next: number) => void (code = next);
    const io = { stdin: Readable.from([input]), stdout, stderr, environment, cwd, setExitCode };
    await runProgram(['policy', ...argv], io, '0.0.0', [registerPolicyCommands]);
    stdout.end();
    stderr.end();
    const [out, err] = await output;
    return { code, stdout: out, stderr: err };
  };

  return { path: (name: string) => join(cwd, name), write, run };
}
