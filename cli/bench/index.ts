import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';
import { AigovError } from '../../policy';
import type { CliIo } from '../io';

/** Each runs in a process of its own, so that its CPU time is its own. File below dist/bench, and its arguments. */
const BENCHMARKS: Readonly<Record<string, readonly string[]>> = {
  audit: ['audit.js'],
  egress: ['run.js', 'egress'],
  'egress-endurance': ['run.js', 'egress-endurance'],
  'fuzz/firewall': ['fuzz/firewall.js'],
  'fuzz/headers': ['fuzz/headers.js'],
  'fuzz/helper-protocol': ['fuzz/helper-protocol.js'],
  'fuzz/policy': ['fuzz/policy.js'],
  'fuzz/shell': ['fuzz/shell.js'],
  gateway: ['run.js', 'gateway'],
  jail: ['run.js', 'jail'],
  policy: ['policy.js'],
  'real-clients': ['real-clients.js'],
};

/** `aigov bench [NAME]`: the benchmarks of bench/, each against named peers in one run. */
export function registerBenchCommand(program: Command, io: CliIo, packageRoot: string): void {
  program
    .command('bench')
    .description('run a benchmark; without a name, list them')
    .argument('[name]')
    .argument('[flags...]', 'flags of the benchmark, after --')
    .addHelpText('after', '\nExample: aigov bench gateway\n')
    .action(async (name: string | undefined, flags: readonly string[]) => {
      if (name === undefined) io.stdout.write(`${Object.keys(BENCHMARKS).join('\n')}\n`);
      else io.setExitCode(await run(join(packageRoot, 'dist', 'bench'), known(name), flags));
    });
}

function known(name: string): readonly string[] {
  const found = BENCHMARKS[name];
  if (found !== undefined) return found;
  const names = Object.keys(BENCHMARKS).join(', ');
  throw new AigovError('BENCHMARK_UNKNOWN', `${JSON.stringify(name)}: there are ${names}`, {
    remedy: 'Name one of them.',
    at: name,
  });
}

function run(
  folder: string,
  [file = '', ...args]: readonly string[],
  flags: readonly string[],
): Promise<number> {
  const child = spawn(process.execPath, [join(folder, file), ...args, ...flags], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
