/** The x86-64 helper under valgrind: the broker fed hostile streams. Needs valgrind; CI has it. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzzBroker } from '../../bench/fuzz/helper-protocol';
import { HELPER } from './jail-fixture';

function hasValgrind(): boolean {
  try {
    execFileSync('valgrind', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isProvable = process.arch === 'x64' && (hasValgrind() || process.env['CI'] !== undefined);

(isProvable ? describe : describe.skip)('under valgrind', () => {
  test('the broker reads and writes only what is its own', async () => {
    const root = mkdtempSync(join(tmpdir(), 'aigov-valgrind-'));
    try {
      const wrapper = join(root, 'helper');
      writeFileSync(
        wrapper,
        `#!/bin/sh\nexec /usr/bin/valgrind -q --log-file=${root}/log.%p ${HELPER} "$@"\n`,
      );
      chmodSync(wrapper, 0o755);
      await fuzzBroker({ helperPath: wrapper, inputs: 500, seed: 1 });
      const logs = readdirSync(root).filter((name) => name.startsWith('log.'));
      expect(logs).toHaveLength(1);
      expect(logs.map((name) => readFileSync(join(root, name), 'utf8'))).toEqual(['']);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }, 60_000);
});
