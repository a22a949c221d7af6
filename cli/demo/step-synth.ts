import { readdirSync, readFileSync, statSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findTerraform } from '../../emulator';
import { policyFileOf, type DemoContext } from './context';
import { runProgramOnce } from './run-program';
import { check, type Check, type Step } from './story';

const MAX_ARCHIVE_BYTES = 1024 * 1024;

/** 2: the quickstart app is run and its template folder is looked at. */
export const synthStep: Step<DemoContext> = {
  title: 'Synth: 25 lines of TypeScript become a Coder template',
  async run(context, narrate) {
    const out = join(context.scratch, 'template');
    const app = join(context.packageRoot, 'dist', 'examples', 'quickstart', 'main.js');
    const folder = await appFolder(context);
    const ran = await runProgramOnce(process.execPath, [app], {
      cwd: folder,
      env: { ...context.io.environment, CDKTF_OUTDIR: out, AIGOV_SERVER_URL: context.serverUrl },
    });
    if (ran.code !== 0)
      return { checks: [check('the app runs', false, ran.stderr.trim())], evidence: {} };
    const dir = join(out, 'stacks', readdirSync(join(out, 'stacks'))[0] ?? '');
    context.templateDir = dir;
    const files = filesBelow(dir);
    for (const file of files)
      narrate(`${file.path.padEnd(32)} ${String(file.bytes).padStart(8)} bytes`);
    return {
      checks: [...factChecks(context, dir, files), ...(await formatCheck(context, dir))],
      evidence: { files },
    };
  },
};

/** The app reads its policy relative to where it runs; there lies the policy this demo is told to use. */
async function appFolder(context: DemoContext): Promise<string> {
  const folder = join(context.scratch, 'app');
  await mkdir(join(folder, 'examples', 'quickstart'), { recursive: true });
  await copyFile(policyFileOf(context), join(folder, 'examples', 'quickstart', 'policy.yaml'));
  return folder;
}

interface TemplateFile {
  readonly path: string;
  readonly bytes: number;
}

function filesBelow(dir: string): TemplateFile[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(dir, path)).isFile())
    .map((path) => ({ path, bytes: statSync(join(dir, path)).size }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function factChecks(context: DemoContext, dir: string, files: readonly TemplateFile[]): Check[] {
  const source = join(context.packageRoot, 'examples', 'quickstart', 'main.ts');
  const lines = readFileSync(source, 'utf8').trimEnd().split('\n').length;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const text = files.map((file) => readFileSync(join(dir, file.path), 'utf8')).join('\n');
  return [
    check('the app has at most 25 lines', lines <= 25, `${lines} lines`),
    check('the template is under 1 MiB', bytes < MAX_ARCHIVE_BYTES, `${bytes} bytes`),
    check('no backend block', !/^\s*backend\s+"/m.test(text), ''),
    check('no path of this machine', !text.includes(context.packageRoot), ''),
    check('no session token', !text.includes(context.cast.sessionToken), ''),
  ];
}

async function formatCheck({ io }: DemoContext, dir: string): Promise<Check[]> {
  const terraform = await findTerraform(io.environment['PATH']);
  if (terraform === undefined) return [];
  const { code, stdout } = await runProgramOnce(terraform, ['fmt', '-check', '-recursive', dir]);
  return [check('terraform fmt has nothing to change', code === 0, stdout.trim())];
}
