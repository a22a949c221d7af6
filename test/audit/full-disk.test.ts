import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { scratchDirectory } from './harness';

const SIZE = '16m';

/** A file system of 16 MB that only the child sees: a mount namespace, without privilege. */
function onTinyDisk(directory: string, command: readonly string[]): [string, string[]] {
  const script = `mount -t tmpfs -o size=${SIZE} tmpfs "$1" && shift && exec "$@"`;
  return ['unshare', ['-Urm', 'sh', '-c', script, 'sh', directory, ...command]];
}

function canMount(): boolean {
  using scratch = scratchDirectory();
  const [program, args] = onTinyDisk(scratch.path, ['true']);
  return spawnSync(program, args).status === 0;
}

const isPossible = canMount() || process.env['CI'] !== undefined;
const describeHere = isPossible ? describe : describe.skip;

interface Case {
  readonly kind: 'spool' | 'ledger';
  readonly large: 'content' | 'record';
  readonly refusal: RegExp;
}

describeHere('a full disk (needs unprivileged mounts)', () => {
  test.each<Case>([
    { kind: 'spool', large: 'record', refusal: /^AUDIT_WRITE_FAILED: ENOSPC/ },
    { kind: 'spool', large: 'content', refusal: /^AUDIT_WRITE_FAILED: ENOSPC/ },
    { kind: 'ledger', large: 'content', refusal: /^AUDIT_WRITE_FAILED: .*ENOSPC/ },
  ])(
    'the $kind with a large $large refuses, keeps what it acknowledged and goes on once there is room',
    async ({ kind, large, refusal }) => {
      using scratch = scratchDirectory();
      const outfile = join(scratch.path, 'full-disk-child.js');
      buildSync({
        entryPoints: [
          join(__dirname, 'full-disk-child.ts'),
          join(__dirname, '..', '..', 'audit', 'ledger', 'writer-thread.ts'),
        ],
        entryNames: '[name]',
        bundle: true,
        platform: 'node',
        target: 'node20',
        outdir: scratch.path,
      });
      const disk = join(scratch.path, 'disk');
      mkdirSync(disk);
      const node = [process.execPath, '--no-warnings', outfile, kind, disk, large];
      const { stdout } = await promisify(execFile)(...onTinyDisk(disk, node));
      const outcome = JSON.parse(stdout) as { written: number; refused: string; again: string };
      expect(outcome.refused).toMatch(refusal);
      expect(outcome).toMatchObject({
        afterwards: 'written',
        report: { valid: true, tornBytes: 0 },
      });
      const alsoWritten = outcome.again === 'written' ? 1 : 0; // a lone record may still fit
      expect(outcome).toMatchObject({ report: { records: outcome.written + alsoWritten + 1 } });
    },
    60_000,
  );
});
