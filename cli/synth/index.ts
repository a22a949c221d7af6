import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { AigovError } from '../../policy';
import type { CliIo } from '../io';
import { appSettings, type AppSettings } from './app-command';
import { FaultReport } from './fault-report';

interface SynthFlags {
  readonly out?: string;
  readonly json?: true;
}

interface SynthesizedTemplate {
  readonly name: string;
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
}

/** `aigov synth`: runs a CDKTF app and names the template folders it wrote. */
export function registerSynthCommand(program: Command, io: CliIo): void {
  program
    .command('synth')
    .description('run a CDKTF app and write one template folder for each of its templates')
    .argument('[app]', 'file or command of the app (default: "app" of cdktf.json)')
    .option('--out <dir>', 'output folder (default: "output" of cdktf.json, else cdktf.out)')
    .option('--json', 'print the templates as one document')
    .addHelpText('after', '\nExample: aigov synth main.js --out build\n')
    .action((app: string | undefined, flags: SynthFlags) => synth(app, flags, io));
}

async function synth(app: string | undefined, flags: SynthFlags, io: CliIo): Promise<void> {
  const settings = appSettings(io.cwd, app, flags.out);
  await runApp(settings, io);
  const templates = readTemplates(settings.outdir, io.cwd);
  if (flags.json === true) {
    io.stdout.write(`${JSON.stringify({ templates })}\n`);
    return;
  }
  for (const { name, folder, files, bytes } of templates) {
    io.stdout.write(`${name}  ${folder}  ${files} files, ${bytes} bytes\n`);
  }
}

/** The app's own output goes to stderr: stdout is for results. */
async function runApp({ command, outdir }: AppSettings, io: CliIo): Promise<void> {
  using report = new FaultReport();
  const environment = report.environment({
    ...io.environment,
    CDKTF_OUTDIR: outdir,
    CHECKPOINT_DISABLE: '1',
  });
  const child = spawn(command, {
    shell: '/bin/sh',
    cwd: io.cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk: Buffer) => io.stderr.write(chunk));
  child.stderr.on('data', (chunk: Buffer) => io.stderr.write(chunk));
  await once(child, 'close');
  if (child.exitCode === 0) return;
  throw report.read() ?? failed(command, child.exitCode ?? child.signalCode);
}

function failed(command: string, status: number | string | null): AigovError {
  return new AigovError('SYNTH_FAILED', `the app failed (${command}: exit status ${status})`, {
    remedy: 'Correct the app; its own message is above.',
  });
}

interface Manifest {
  readonly stacks: Readonly<Record<string, { readonly workingDirectory: string }>>;
}

/** @throws AigovError `SYNTH_FAILED` when the app ended well but synthesized nothing */
function readTemplates(outdir: string, cwd: string): readonly SynthesizedTemplate[] {
  const { stacks } = readManifest(join(outdir, 'manifest.json'));
  return Object.entries(stacks).map(([name, { workingDirectory }]) => {
    const folder = join(outdir, workingDirectory);
    const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => statSync(join(folder, path)))
      .filter((file) => file.isFile())
      .map((file) => file.size);
    return {
      name,
      folder: relative(cwd, folder),
      files: sizes.length,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
    };
  });
}

function readManifest(file: string): Manifest {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch (cause) {
    throw new AigovError('SYNTH_FAILED', `the app ended well but wrote no ${file}`, {
      remedy: 'Call `app.synth()` at the end of the app.',
      at: file,
      cause,
    });
  }
}
