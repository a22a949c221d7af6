/** `aigov template lint|pack|emulate`: what Coder would do with a template folder, done here. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliIo } from '../io';
import { packArchive, readArchive } from './archive';
import { runEmulate, type EmulateFlags } from './emulate-command';
import type { Finding } from './finding';
import { lintTemplate } from './lint';

/** Adds the group `template` to the program. */
export function registerTemplateCommands(program: Command, io: CliIo): void {
  const template = program
    .command('template')
    .description('check, pack and try out templates')
    .addHelpText('after', '\nExample: aigov template lint cdktf.out/stacks/quickstart\n');
  template
    .command('lint')
    .description("check a template folder against Coder's limits and ours; exits 1 on errors")
    .argument('<dir>', 'template folder')
    .option('--json', 'print the findings as one document')
    .addHelpText('after', '\nExample: aigov template lint cdktf.out/stacks/quickstart\n')
    .action((dir: string, flags: { json?: true }) => runLint(dir, flags, io));
  template
    .command('pack')
    .description('write the archive `coder templates push` would send')
    .argument('<dir>', 'template folder')
    .requiredOption('-o, --output <file>', 'tar file to write')
    .option('--json', 'print size and files as one document')
    .addHelpText(
      'after',
      '\nExample: aigov template pack cdktf.out/stacks/quickstart -o quickstart.tar\n',
    )
    .action((dir: string, flags: { output: string; json?: true }) => runPack(dir, flags, io));
  template
    .command('emulate')
    .description(
      'play Coder: build the template, start its agent in a scratch home, run a command there',
    )
    .argument('<dir>', 'template folder')
    .argument('[command...]', 'command to run in the workspace, after --')
    .option('--task <prompt>', 'build as a task with this prompt')
    .option('--param <name=value>', 'value of a coder_parameter; repeatable', collect, [])
    .option('--no-terraform', 'use the built-in evaluator though terraform is on PATH')
    .option('--seed <number>', 'order in which scripts start', '1')
    .option('--keep', 'leave the scratch folder')
    .option('--json', 'print what happened as one document')
    .addHelpText(
      'after',
      '\nExample: aigov template emulate build/dev --param model=large -- claude --version\n',
    )
    .action((dir: string, command: string[], flags: EmulateFlags) =>
      runEmulate(dir, command, flags, io),
    );
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function runLint(dir: string, flags: { json?: true }, io: CliIo): Promise<void> {
  const report = await lintTemplate(resolve(io.cwd, dir));
  const errors = report.findings.filter(({ severity }) => severity === 'error');
  if (flags.json === true) io.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    for (const finding of report.findings) io.stdout.write(renderFinding(finding));
    io.stdout.write(`${dir}: ${errors.length} error(s), archive of ${report.archiveBytes} bytes\n`);
  }
  io.setExitCode(errors.length === 0 ? 0 : 1);
}

function renderFinding({ at, code, message, remedy, severity }: Finding): string {
  const place = message.includes(at) ? '' : `${at}: `;
  return `${severity} ${code} ${place}${message}\n  remedy: ${remedy}\n`;
}

async function runPack(
  dir: string,
  flags: { output: string; json?: true },
  io: CliIo,
): Promise<void> {
  const archive = await readArchive(resolve(io.cwd, dir));
  const bytes = packArchive(archive);
  await writeFile(resolve(io.cwd, flags.output), bytes);
  for (const { path, reason } of archive.skipped) io.stderr.write(`left out ${path}: ${reason}\n`);
  const files = archive.entries.filter(({ data }) => data !== undefined).map(({ name }) => name);
  const { skipped } = archive;
  if (flags.json === true)
    io.stdout.write(
      `${JSON.stringify({ output: flags.output, bytes: bytes.length, files, skipped })}\n`,
    );
  else io.stdout.write(`${flags.output}: ${files.length} files, ${bytes.length} bytes\n`);
}
