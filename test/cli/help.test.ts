import { Command } from 'commander';
import { PassThrough } from 'node:stream';
import { registerAuditCommands } from '../../cli/audit';
import { registerBenchCommand } from '../../cli/bench';
import { registerDemoCommand } from '../../cli/demo';
import type { CliIo } from '../../cli/io';
import { registerPolicyCommands } from '../../cli/policy';
import { runProgram, type RegisterCommands } from '../../cli/program';
import { registerRunCommand } from '../../cli/run';
import { registerServerCommands } from '../../cli/server';
import { registerSynthCommand } from '../../cli/synth';
import { registerTemplateCommands } from '../../cli/template';
import { registerWorkspaceCommands } from '../../cli/workspace';

const GROUPS: readonly RegisterCommands[] = [
  registerSynthCommand,
  registerTemplateCommands,
  registerPolicyCommands,
  (program, io) => registerRunCommand(program, io, async () => 0),
  (program, io) => registerWorkspaceCommands(program, io, '0.0.0'),
  registerServerCommands,
  registerAuditCommands,
  (program, io) => registerBenchCommand(program, io, '/nowhere'),
  (program, io) => registerDemoCommand(program, io, '/nowhere'),
];

interface Capture {
  readonly io: CliIo;
  readonly text: () => string;
  readonly code: () => number;
}

function capture(): Capture {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let code = 0;
  const io: CliIo = {
    stdin: new PassThrough(),
    stdout,
    stderr,
    environment: {},
    cwd: '/',
    setExitCode: (given) => {
      code = given;
    },
  };
  return {
    io,
    text: () => `${stdout.read() ?? ''}${stderr.read() ?? ''}`,
    code: () => code,
  };
}

function allCommands(): string[][] {
  const program = new Command('aigov').enablePositionalOptions();
  for (const register of GROUPS) register(program, capture().io);
  const below = (command: Command, path: readonly string[]): string[][] =>
    command.commands.flatMap((child) => {
      const here = [...path, child.name()];
      return [here, ...below(child, here)];
    });
  return [[], ...below(program, [])];
}

test.each(allCommands().map((path) => ({ path, name: path.join(' ') })))(
  'aigov $name --help shows an example',
  async ({ path }) => {
    const { io, text } = capture();
    await runProgram([...path, '--help'], io, '0.0.0', GROUPS);
    expect(text()).toMatch(/Example/);
  },
);

test.each([
  { argv: ['polcy'], nearest: 'policy' },
  { argv: ['demo', '--jsn'], nearest: '--json' },
])('$argv is refused with the nearest name, exit 2', async ({ argv, nearest }) => {
  const { io, text, code } = capture();
  await runProgram(argv, io, '0.0.0', GROUPS);
  expect(text()).toContain(nearest);
  expect(code()).toBe(2);
});
