import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const isCi = process.env['CI'] !== undefined;

/** Where daemons lie, which are on nobody's PATH. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A test of what needs a program of the system: skipped by name for users who have none, failed in CI. `program` is a
 * name or a path; `run` gets the path.
 */
export function testWithProgram(
  program: string,
  name: string,
  run: (path: string) => Promise<void>,
  timeoutMs = 60_000,
): void {
  const found = program.includes('/')
    ? [program].find(isProgram)
    : FOLDERS.map((folder) => join(folder, program)).find(isProgram);
  if (found !== undefined) test(name, () => run(found), timeoutMs);
  else if (!isCi) test.skip(`${name} (skipped: no ${program})`, () => undefined);
  else
    test(name, () => {
      throw new Error(`CI must have ${program}`);
    });
}
