import { createServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runProgram } from '../../cli/program';
import { registerServerCommands } from '../../cli/server';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'aigov-cli-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

async function run(argv: readonly string[], environment: Record<string, string> = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let code = 0;
  await runProgram(
    argv,
    {
      stdin: new PassThrough(),
      stdout,
      stderr,
      environment,
      cwd: scratch,
      setExitCode: (given) => (code = given),
    },
    '0',
    [registerServerCommands],
  );
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

function write(text: string): string {
  writeFileSync(join(scratch, 'aigov.yaml'), text);
  return 'aigov.yaml';
}

const PROVIDER =
  'providers: [{ name: anthropic, type: anthropic, baseUrl: https://a.example, keys: [{ env: KEY }] }]\n';

test('a valid file is summed up, without its secrets', async () => {
  const result = await run(['server', 'check-config', write(PROVIDER)], { KEY: 'sk-secret' });
  expect(result.code).toBe(0);
  expect(result.out).toContain('anthropic (anthropic, 1 keys)');
  expect(result.out + result.err).not.toContain('sk-secret');
});

test('as JSON', async () => {
  const { out } = await run(['server', 'check-config', write(PROVIDER), '--json'], { KEY: 'k' });
  expect(JSON.parse(out)).toMatchObject({ providers: [{ name: 'anthropic', keys: 1 }] });
});

test.each<{ why: string; text: string; words: readonly string[] }>([
  {
    why: 'provider key that is not set',
    text: PROVIDER,
    words: ['SECRET_MISSING', 'aigov.yaml:1:84', 'KEY is not set', 'remedy:'],
  },
  {
    why: 'two faults at once',
    text: 'a: 1\nb: 2\n',
    words: ['aigov.yaml:1:4', 'aigov.yaml:2:4', 'is not a known key'],
  },
])('exit 2 with code, place and remedy: $why', async ({ text, words }) => {
  for (const argv of [
    ['server', 'check-config', write(text)],
    ['server', '--config', write(text)],
  ]) {
    const result = await run(argv);
    expect(result.code).toBe(2);
    for (const word of words) expect(result.err).toContain(word);
  }
});

test('exit 2: the file is missing', async () => {
  const result = await run(['server', '--config', 'none.yaml']);
  expect(result).toMatchObject({
    code: 2,
    err: expect.stringContaining('CONFIG_FILE_UNREADABLE') as string,
  });
});

test('exit 2: the port is in use', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', () => resolve()));
  const { port } = holder.address() as AddressInfo;
  const result = await run(['server', '--config', write(`listen: 127.0.0.1:${port}\n`)]);
  expect(result.code).toBe(2);
  expect(result.err).toContain('LISTEN_PORT_IN_USE');
  expect(result.err).toContain(`127.0.0.1:${port}`);
  await new Promise((resolve) => holder.close(resolve));
});
