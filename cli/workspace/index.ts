import { readFileSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { AigovError } from '../../policy';
import {
  fetchHealth,
  installLaunchers,
  mcpServersOf,
  parseWorkspaceConfig,
  startDaemon,
  startWorkspace,
  stopDaemon,
  writeClientFiles,
  type LoadedConfig,
  type StartReport,
  type WorkspaceHealth,
} from '../../workspace';
import type { CliIo } from '../io';
import { registerExceptionCommands } from './allow';
import { registerDoctorCommand } from './doctor';
import { corporateRoots } from './corporate-roots';
import { resolveWith } from './resolve-map';
import { readWorkspaceSettings, type WorkspaceSettings } from './settings';

interface StartFlags {
  readonly config: string;
  readonly helper: string;
  readonly binDir?: string;
  readonly foreground?: true;
  readonly json?: true;
}

/** `aigov workspace start|stop|status`: the runtime inside a workspace. */
export function registerWorkspaceCommands(program: Command, io: CliIo, version: string): void {
  const workspace = program
    .command('workspace')
    .description('the runtime inside a workspace')
    .addHelpText('after', '\nExample: aigov workspace status\n');
  workspace
    .command('start')
    .description('start relay, firewall and audit shipping; does nothing when they run already')
    .requiredOption('--config <file>', 'workspace.json written by the template')
    .requiredOption('--helper <file>', 'the native jail helper')
    .option('--bin-dir <dir>', 'folder for the `aigov` and client launchers')
    .option('--foreground', 'stay attached; the session token is read from standard input')
    .option('--json', 'print the health document')
    .addHelpText(
      'after',
      '\nExample: aigov workspace start --config workspace.json --helper aigov-jail\n',
    )
    .action((flags: StartFlags) =>
      flags.foreground ? runForeground(flags, io, version) : runStart(flags, io, version),
    );
  workspace
    .command('stop')
    .description('stop the runtime; jailed processes lose network and exec')
    .addHelpText('after', '\nExample: aigov workspace stop\n')
    .action(() => runStop(io));
  workspace
    .command('status')
    .description('show what runs; exits 1 when nothing does')
    .addHelpText('after', '\nExample: aigov workspace status --json\n')
    .option('--json', 'print the health document')
    .action((flags: { json?: true }) => runStatus(flags, io));
  registerExceptionCommands(workspace, io);
  registerDoctorCommand(workspace, io);
}

function loadConfig(file: string): LoadedConfig {
  try {
    return parseWorkspaceConfig(readFileSync(file, 'utf8'), file);
  } catch (cause) {
    if (AigovError.is(cause)) throw cause;
    throw new AigovError('FILE_UNREADABLE', `${file}: cannot be read`, {
      remedy: 'Name a file that exists and that this user may read.',
      at: file,
      cause,
    });
  }
}

async function runStart(flags: StartFlags, io: CliIo, version: string): Promise<void> {
  const settings = readWorkspaceSettings(io);
  const loaded = loadConfig(flags.config);
  const runtimePath = process.argv[1] ?? '';
  const result = await startDaemon({
    nodePath: process.execPath,
    runtimePath,
    // absolute: the daemon stands in its state folder
    arguments: [
      '--config',
      resolve(io.cwd, flags.config),
      '--helper',
      resolve(io.cwd, flags.helper),
    ],
    port: settings.port,
    stateDir: settings.stateDir,
    configSha256: loaded.sha256,
    runtimeVersion: version,
    sessionToken: settings.sessionToken,
    environment: io.environment,
    uid: process.getuid?.() ?? 0,
  });
  if (flags.binDir !== undefined) {
    installLaunchers({
      binDir: flags.binDir,
      nodePath: process.execPath,
      runtimePath,
      clients: loaded.config.clients,
      jailLaunch: result.health.jail?.launch,
    });
  }
  configureClients(loaded, settings, io);
  io.stderr.write(`aigov: ${result.outcome}\n`);
  printHealth(result.health, flags.json === true, io);
}

/** Some clients are led to the relay by their own files only. */
function configureClients(
  loaded: LoadedConfig,
  { home, port }: WorkspaceSettings,
  io: CliIo,
): void {
  if (home === undefined) return;
  writeClientFiles({
    home,
    clients: loaded.config.clients,
    gateway: { baseUrl: `http://127.0.0.1:${port}`, mcpServers: mcpServersOf(loaded) },
    log: (line) => void io.stderr.write(`aigov: ${line}\n`),
  });
}

/** The daemon itself. Reports once on file descriptor 3 when started by `workspace start`. */
async function runForeground(flags: StartFlags, io: CliIo, version: string): Promise<void> {
  const settings = readWorkspaceSettings(io);
  const sessionToken = (await readAll(io.stdin)).trim();
  try {
    const running = await startWorkspace({
      loaded: loadConfig(flags.config),
      stateDir: settings.stateDir,
      port: settings.port,
      sessionToken,
      environment: io.environment,
      helperPath: flags.helper,
      runtimeVersion: version,
      uid: process.getuid?.() ?? 0,
      corporateRoots: corporateRoots(io.environment),
      resolve: resolveWith(io.environment['AIGOV_RESOLVE']),
      boundarySocketPath: settings.boundarySocketPath,
      log: (line) => void io.stderr.write(`${new Date().toISOString()} ${line}\n`),
    });
    report({ ready: true });
    await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
    await running.close();
  } catch (error) {
    if (!AigovError.is(error)) throw error;
    const { code, message, remedy, at } = error;
    report({ error: { code, message, remedy, ...(at === undefined ? {} : { at }) } });
    throw error;
  }
}

function report(line: StartReport): void {
  try {
    writeSync(3, `${JSON.stringify(line)}\n`);
  } catch {
    // started by hand: nobody listens on descriptor 3
  }
}

async function runStop(io: CliIo): Promise<void> {
  const { port, stateDir } = readWorkspaceSettings(io);
  const stopped = await stopDaemon(port, stateDir);
  io.stderr.write(stopped ? 'aigov: stopped\n' : 'aigov: not running\n');
}

async function runStatus(flags: { json?: true }, io: CliIo): Promise<void> {
  const { port } = readWorkspaceSettings(io);
  const health = await fetchHealth(port);
  if (health === undefined) {
    io.stderr.write(`aigov: nothing runs on 127.0.0.1:${port}\n`);
    io.setExitCode(1);
    return;
  }
  printHealth(health, flags.json === true, io);
}

function printHealth(health: WorkspaceHealth, asJson: boolean, io: CliIo): void {
  if (asJson) {
    io.stdout.write(`${JSON.stringify(health)}\n`);
    return;
  }
  const rows: readonly (readonly [string, string])[] = [
    ['status', `${health.status}, process ${health.pid}`],
    ['firewall', health.firewallLevel === 'off' ? 'off' : `level ${health.firewallLevel}`],
    ['policy', health.policyVersion.slice(0, 12)],
    ...health.exceptions.map(
      ({ id, rule, until }) => ['exception', `${rule} until ${until} (${id})`] as const,
    ),
    ['audit', `${health.audit.unshipped} records not shipped yet${lastError(health)}`],
  ];
  for (const [name, value] of rows) io.stdout.write(`${name.padEnd(9)} ${value}\n`);
}

function lastError({ audit }: WorkspaceHealth): string {
  return audit.lastError === undefined ? '' : ` (${audit.lastError})`;
}
