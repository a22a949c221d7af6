import type { Command } from 'commander';
import { runInJail } from '../../firewall';
import { AigovError } from '../../policy';
import { fetchHealth } from '../../workspace';
import type { CliIo } from '../io';
import { readWorkspaceSettings } from '../workspace/settings';

export interface RunFlags {
  readonly policy: readonly string[];
  readonly level?: string;
  readonly audit?: string;
  readonly monitor?: true;
}

/** Runs a command in a jail of its own, without a workspace daemon. Resolves with the exit status. */
export type RunAlone = (flags: RunFlags, argv: readonly string[], io: CliIo) => Promise<number>;

/** `aigov run -- CMD…`: exits with the command's own status; 125 when aigov itself failed. */
export function registerRunCommand(program: Command, io: CliIo, runAlone?: RunAlone): void {
  const command = program
    .command('run')
    .description('run a command in the jail')
    .argument('<command...>', 'the command and its arguments, after --')
    .passThroughOptions()
    .addHelpText('after', '\nExample: aigov run -- npm test\n');
  if (runAlone !== undefined) addStandaloneOptions(command);
  command.action(async (argv: string[], flags: RunFlags) => {
    const isAlone = runAlone !== undefined && flags.policy.length > 0;
    io.setExitCode(isAlone ? await runAlone(flags, argv, io) : await runInWorkspace(argv, io));
  });
}

function addStandaloneOptions(command: Command): void {
  command
    .option('--policy <file>', 'policy layer, top first; repeatable', collect, [])
    .option('--level <level>', 'jail level to use instead of the strongest')
    .option('--audit <dir>', 'folder for the records')
    .option('--monitor', 'allow and record what no ceiling or deny rule forbids');
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** The workspace's daemon builds the jail; this process only lends its terminal. */
async function runInWorkspace(argv: readonly string[], io: CliIo): Promise<number> {
  const { port } = readWorkspaceSettings(io);
  const jail = (await fetchHealth(port))?.jail;
  if (jail === undefined) throw notRunning(port);
  return runInJail({
    argv,
    firewall: {
      launchArguments: (command) => [...jail.launch, ...command],
    },
    env: io.environment,
  });
}

function notRunning(port: number): AigovError {
  return new AigovError(
    'FIREWALL_NOT_RUNNING',
    `127.0.0.1:${port}: no workspace firewall answers`,
    {
      remedy:
        'Start it with `aigov workspace start`, or name a policy: `aigov run --policy FILE -- CMD`.',
      at: `127.0.0.1:${port}`,
    },
  );
}
