import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdktf';
import { CoderTemplate, type RuntimeFiles } from '../../constructs';

/** A scratch folder that is gone when its owner is disposed. */
export function scratch(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'aigov-constructs-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Files to deliver in place of the built runtime, which tests do not have. */
export function fakeRuntime(folder: string, program = 'process.exit(0)\n'): RuntimeFiles {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  return {
    runtimePath: write('aigov.cjs', program),
    helperPaths: {
      amd64: write('jail-x64', 'helper x64'),
      arm64: write('jail-arm64', 'helper arm64'),
    },
  };
}

/** Writes a policy file; returns its path. */
export function policyFile(
  folder: string,
  text = 'apiVersion: aigov/v1\nname: template\n',
): string {
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, text);
  return file;
}

/** Synthesizes one template and gives its files. */
export function synthesize(
  outdir: string,
  build: (template: CoderTemplate) => void,
): ReadonlyMap<string, string> {
  const app = new App({ outdir });
  const template = new CoderTemplate(app, 'sample');
  build(template);
  app.synth();
  const folder = join(outdir, 'stacks', 'sample');
  return new Map(
    [...template.renderFiles().keys()].map((path) => [
      path,
      readFileSync(join(folder, path), 'utf8'),
    ]),
  );
}

const terraform = spawnSync('terraform', ['version'], { env: { PATH: process.env['PATH'] } });

/** A test of what needs Terraform: skipped by name for users who have none, failed in CI. */
export function testWithTerraform(name: string, run: () => void | Promise<void>): void {
  if (terraform.status === 0) test(name, async () => run(), 120_000);
  else if (process.env['CI'] === undefined)
    test.skip(`${name} (skipped: no terraform on PATH)`, async () => run());
  else
    test(name, () => {
      throw new Error('CI must have terraform on PATH');
    });
}

/** Runs Terraform offline in a folder. */
export function runTerraform(folder: string, ...args: readonly string[]) {
  const env = { PATH: process.env['PATH'], HOME: folder, CHECKPOINT_DISABLE: '1', TMPDIR: folder };
  return spawnSync('terraform', args, { cwd: folder, encoding: 'utf8', env });
}
