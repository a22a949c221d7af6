/** The helper built by the system's compiler with address and undefined-behaviour sanitizers. Needs cc; CI has it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzzBroker, fuzzSupervisor } from '../../bench/fuzz/helper-protocol';
import { startFixture } from './jail-fixture';

const SOURCE = join(__dirname, '../../firewall/native/aigov-jail.c');
/** What a plan holds stays allocated until the supervisor ends: that is no leak. */
const OPTIONS = 'const char *__asan_default_options(void) { return "detect_leaks=0"; }\n';
const FLAGS = '-std=gnu11 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all'.split(' ');

function hasCompiler(): boolean {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isProvable = hasCompiler() || process.env['CI'] !== undefined;

(isProvable ? describe : describe.skip)('built with sanitizers (cc), the helper', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aigov-asan-'));
  const helperPath = join(folder, 'aigov-jail');

  beforeAll(() => {
    const options = join(folder, 'options.c');
    writeFileSync(options, OPTIONS);
    execFileSync('cc', [...FLAGS, '-o', helperPath, SOURCE, options], { stdio: 'inherit' });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('outlives hostile frames as broker and as supervisor', async () => {
    await expect(fuzzBroker({ helperPath, inputs: 500, seed: 7 })).resolves.toBeUndefined();
    await expect(fuzzSupervisor({ helperPath, inputs: 50, seed: 7 })).resolves.toBeUndefined();
  }, 60_000);

  test.each(['A', 'B', 'C'] as const)(
    'runs a jail of level %s without a report',
    async (level) => {
      await using jail = await startFixture({ helperPath, level });
      const code = `
      const net = require('net');
      const server = net.createServer((s) => s.end('tcp')).listen(0, () => {
        net.connect(server.address().port).on('error', () => {}).pipe(process.stdout);
        net.connect(443, '192.0.2.1').on('error', () => {}).pipe(process.stdout);
        const own = net.createServer((s) => s.end('unix')).on('error', () => {}).listen('own.sock', () => {
          net.connect('own.sock').pipe(process.stdout);
        });
        setTimeout(() => process.exit(5), 500);
      });`;
      const { status, stdout, stderr } = await jail.run([process.execPath, '-e', code]);
      expect({ status, stderr }).toEqual({ status: 5, stderr: '' });
      if (level !== 'C') expect(stdout).toMatch(/(?=.*tcp)(?=.*unix)(?=.*192\.0\.2\.1 443)/s);
    },
    30_000,
  );
});
