import { Command, CommanderError } from 'commander';
import type { CliIo } from './io';
import { reportError } from './report-error';

/** Adds one group of commands to the program. */
export type RegisterCommands = (program: Command, io: CliIo) => void;

function createProgram(version: string, io: CliIo, groups: readonly RegisterCommands[]): Command {
  const program = new Command('aigov')
    .description('Turns a Coder template into a governed one: AI gateway, agent firewall, audit.')
    .version(version)
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError('(add --help for usage and an example)')
    .addHelpText('after', '\nExample: aigov demo\n');
  for (const register of groups) register(program, io);
  inheritSettings(program, program.commands);
  return program;
}

/** Sub-commands made by `register*` functions do not inherit settings made after them. */
function inheritSettings(parent: Command, commands: readonly Command[]): void {
  for (const command of commands) {
    command.copyInheritedSettings(parent);
    inheritSettings(command, command.commands);
  }
}

/** Runs one invocation. Never throws for wrong usage or input: it prints and sets the exit status. */
export async function runProgram(
  argv: readonly string[],
  io: CliIo,
  version: string,
  groups: readonly RegisterCommands[],
): Promise<void> {
  try {
    await createProgram(version, io, groups).parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) io.setExitCode(error.exitCode === 0 ? 0 : 2);
    else reportError(error, io, argv.includes('--json'));
  }
}
