import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

function find(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const files = folders.flatMap((folder) => [join(folder, 'terraform'), join(folder, 'tofu')]);
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const program = find();

/** The program tests call; in tests made with `testWithTerraform` it exists. */
export const terraformProgram = program ?? '';
const isCi = process.env['CI'] !== undefined;

/** A test of what needs Terraform: skipped by name for users who have none, failed in CI. */
export function testWithTerraform(
  name: string,
  run: () => Promise<void>,
  timeoutMs = 120_000,
): void {
  if (program !== undefined) test(name, run, timeoutMs);
  else if (!isCi) test.skip(`${name} (skipped: no terraform or tofu on PATH)`, run);
  else
    test(name, () => {
      throw new Error('CI must have terraform or tofu on PATH');
    });
}
