import { execFileSync } from 'node:child_process';

const isCi = process.env['CI'] !== undefined;

/** The first of the shell commands that fails; undefined where all that is needed is there. */
export function missing(needs: readonly string[]): string | undefined {
  return needs.find((command) => {
    try {
      execFileSync('sh', ['-c', command], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
}

/** What a shell command prints; empty where it fails. */
export function outputOf(command: string): string {
  try {
    return execFileSync('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return '';
  }
}

/** A test of what needs programs: skipped by name for users who have not got them, failed in CI. */
export function testWith(
  needs: readonly string[],
  name: string,
  run: () => Promise<void>,
  timeoutMs: number,
): void {
  const lacking = missing(needs);
  if (lacking === undefined) test(name, run, timeoutMs);
  else if (!isCi) test.skip(`${name} (skipped: no ${lacking})`, run);
  else
    test(name, () => {
      throw new Error(`CI must have installed what "${lacking}" asks for`);
    });
}
