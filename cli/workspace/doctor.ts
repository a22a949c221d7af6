import type { Command } from 'commander';
import { probeLevels, remedyFor, type LevelReport } from '../../firewall';
import { AigovError } from '../../policy';
import { fetchHealth } from '../../workspace';
import type { CliIo } from '../io';
import { readWorkspaceSettings } from './settings';

interface DoctorFlags {
  readonly helper?: string;
  readonly json?: true;
}

/** `aigov workspace doctor`: which jail levels this machine gives, what it refuses, and how to get it. */
export function registerDoctorCommand(workspace: Command, io: CliIo): void {
  workspace
    .command('doctor')
    .description('show which jail levels this machine gives and what it refuses')
    .option('--helper <file>', 'the native jail helper', undefined)
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample: aigov workspace doctor --json\n')
    .action(async (flags: DoctorFlags) => {
      const report = await probeLevels(flags.helper ?? (await runningHelper(io)));
      io.stdout.write(flags.json === true ? renderJson(report) : renderTable(report));
    });
}

/** The helper of the runtime that runs here. */
async function runningHelper(io: CliIo): Promise<string> {
  const { port } = readWorkspaceSettings(io);
  const [helper] = (await fetchHealth(port))?.jail?.launch ?? [];
  if (helper !== undefined) return helper;
  throw new AigovError('FIREWALL_NOT_RUNNING', `127.0.0.1:${port}: no workspace firewall answers`, {
    remedy: 'Name the helper: `aigov workspace doctor --helper FILE`.',
    at: `127.0.0.1:${port}`,
  });
}

function renderJson({ best, landlockAbi, findings }: LevelReport): string {
  const levels = findings.map((finding) => ({ ...finding, remedy: remedyFor(finding) }));
  return `${JSON.stringify({ best, landlockAbi, levels })}\n`;
}

function renderTable({ best, landlockAbi, findings }: LevelReport): string {
  const rows = findings.map((finding) => {
    const { level, isAvailable, missing } = finding;
    const state = isAvailable ? 'available' : 'refused';
    const remedy = remedyFor(finding);
    const advice = remedy === undefined ? '' : `\n${' '.repeat(17)}${remedy}`;
    return `${level.padEnd(6)} ${state.padEnd(9)} ${missing.join(', ')}`.trimEnd() + advice;
  });
  const head = `best level ${best}, Landlock ABI ${landlockAbi}`;
  return `${[head, ...rows].join('\n')}\n`;
}
