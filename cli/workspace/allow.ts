import type { Command } from 'commander';
import { AigovError } from '../../policy';
import { requestException, revokeException, statePaths } from '../../workspace';
import type { CliIo } from '../io';
import { readWorkspaceSettings } from './settings';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `aigov workspace allow|revoke`: short-lived exceptions, asked for outside the jail. */
export function registerExceptionCommands(workspace: Command, io: CliIo): void {
  workspace
    .command('allow')
    .description('allow RULE for a while, where the policy permits it; outside the jail only')
    .argument('<rule>', 'a network rule, or host:port for raw TCP')
    .requiredOption('--for <duration>', 'how long: 90s, 15m, 1h')
    .option('--json', 'print the exception as a document')
    .addHelpText('after', "\nExample: aigov workspace allow 'domain=pypi.org' --for 15m\n")
    .action((rule: string, flags: { for: string; json?: true }) => allow(rule, flags, io));
  workspace
    .command('revoke')
    .description('end an exception before its time; its id is in `aigov workspace status`')
    .argument('<id>', 'id of the exception')
    .addHelpText('after', '\nExample: aigov workspace revoke 3f0c…\n')
    .action((id: string) => revoke(id, io));
}

async function allow(
  rule: string,
  flags: { readonly for: string; readonly json?: true },
  io: CliIo,
): Promise<void> {
  const exception = await requestException(controlPath(io), rule, durationMs(flags.for));
  io.stdout.write(
    flags.json
      ? `${JSON.stringify(exception)}\n`
      : `allowed until ${exception.until}: ${rule}\nend it with: aigov workspace revoke ${exception.id}\n`,
  );
}

async function revoke(id: string, io: CliIo): Promise<void> {
  if (await revokeException(controlPath(io), id)) {
    io.stderr.write('aigov: revoked\n');
    return;
  }
  io.stderr.write(`aigov: there is no exception ${JSON.stringify(id)}\n`);
  io.setExitCode(1);
}

function controlPath(io: CliIo): string {
  return statePaths(readWorkspaceSettings(io).stateDir).control;
}

function durationMs(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([smh])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? 0);
  if (ms > 0) return ms;
  throw new AigovError(
    'DURATION_INVALID',
    `--for: ${JSON.stringify(text)}; allowed is a number with s, m or h`,
    { remedy: 'Write for example 15m.', at: '--for' },
  );
}
