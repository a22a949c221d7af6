import { mkdirSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { startFixture, type Fixture } from './jail-fixture';

describe('a jail at level A', () => {
  let jail: Fixture;
  beforeAll(async () => {
    jail = await startFixture();
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
  ])('%s ends with %d', async (script, status) => {
    expect((await jail.sh(script)).status).toBe(status);
  });

  test('echo', async () => {
    expect(await jail.sh('echo hello; id -u; pwd')).toEqual({
      status: 0,
      stdout: `hello\n${process.getuid?.()}\n${jail.project}\n`,
      stderr: '',
    });
  });

  test('a connection to any address arrives with its destination', async () => {
    const { stdout, stderr } = await jail.run([
      process.execPath,
      '-e',
      `for (const host of ['93.184.216.34','2001:db8::1']) require('net').connect(443, host).pipe(process.stdout)`,
    ]);
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n').sort()).toEqual([
      '2001:db8::1 443',
      '::ffff:93.184.216.34 443',
    ]);
  });

  test('rm -rf of the project is denied and says why', async () => {
    const file = join(jail.project, 'src', 'kept.txt');
    mkdirSync(join(jail.project, 'src'), { recursive: true });
    writeFileSync(file, 'x');
    const result = await jail.run(['rm', '-rf', join(jail.project, 'src')]);
    expect(result.status).toBe(126);
    expect(result.stderr).toContain('aigov: denied: rm -rf');
    expect(existsSync(file)).toBe(true);
  });
});
