import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { AigovError } from '../policy';
import { fetchHealth, type WorkspaceHealth } from './health';
import { createState, statePaths } from './state';

export interface StartOptions {
  /** Node binary and script that understand `workspace start --foreground`. */
  readonly nodePath: string;
  readonly runtimePath: string;
  /** Arguments after `workspace start --foreground`. */
  readonly arguments: readonly string[];
  readonly port: number;
  readonly stateDir: string;
  readonly configSha256: string;
  readonly runtimeVersion: string;
  /** Goes to the daemon through its standard input: never into argv or its environment. */
  readonly sessionToken: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  /** How long a daemon may take to become ready. @default 20000 */
  readonly timeoutMs?: number;
}

export interface StartResult {
  readonly outcome: 'started' | 'already-running' | 'replaced';
  readonly health: WorkspaceHealth;
}

/** Starts the daemon unless the right one runs already. Safe to call at any time, also twice at once. */
export async function startDaemon(options: StartOptions): Promise<StartResult> {
  const running = await ownDaemon(options.port, options.stateDir);
  if (running !== undefined && isCurrent(running, options)) {
    return { outcome: 'already-running', health: await readyHealth(options) };
  }
  if (running !== undefined) await endProcess(running.pid);
  const isOurs = await launchOrYield(options);
  const outcome = !isOurs ? 'already-running' : running === undefined ? 'started' : 'replaced';
  return { outcome, health: await readyHealth(options) };
}

/** False when another start of the same configuration won the race for the port. */
async function launchOrYield(options: StartOptions): Promise<boolean> {
  try {
    await launch(options);
    return true;
  } catch (error) {
    const winner = await ownDaemon(options.port, options.stateDir);
    if (winner !== undefined && isCurrent(winner, options)) return false;
    throw error;
  }
}

/** Ends the daemon of this state folder. False when none runs. Jailed processes lose network and exec at once. */
export async function stopDaemon(port: number, stateDir: string): Promise<boolean> {
  const running = await ownDaemon(port, stateDir);
  if (running === undefined) return false;
  await endProcess(running.pid);
  return true;
}

async function ownDaemon(port: number, stateDir: string): Promise<WorkspaceHealth | undefined> {
  const health = await fetchHealth(port);
  return health?.stateDir === stateDir ? health : undefined;
}

function isCurrent(health: WorkspaceHealth, options: StartOptions): boolean {
  return (
    health.status !== 'stopping' &&
    health.configSha256 === options.configSha256 &&
    health.runtimeVersion === options.runtimeVersion
  );
}

async function readyHealth({ port, timeoutMs = 20_000 }: StartOptions): Promise<WorkspaceHealth> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const health = await fetchHealth(port);
    if (health?.status === 'ready') return health;
    await delay(20);
  }
  throw new AigovError(
    'WORKSPACE_NOT_READY',
    `127.0.0.1:${port}: not ready after ${timeoutMs} ms`,
    {
      remedy: 'Read log/workspace.log in the state folder.',
    },
  );
}

/** What the daemon says on file descriptor 3, once: one JSON line. */
export type StartReport =
  | { readonly ready: true }
  | { readonly error: { code: string; message: string; remedy: string; at?: string } };

async function launch(options: StartOptions): Promise<void> {
  const paths = statePaths(options.stateDir);
  createState(paths, options.uid);
  const child = spawnDaemon(options, join(paths.log, 'workspace.log'));
  const report = await firstReport(child, options);
  child.unref();
  if ('error' in report) {
    const { code, message, remedy, at } = report.error;
    throw new AigovError(code, message, { remedy, ...(at === undefined ? {} : { at }) });
  }
}

/**
 * The buffers a body passes through are garbage at once. A small young generation collects them early: a third less
 * memory at the same CPU (docs/performance.md, egress).
 */
const DAEMON_FLAGS = ['--max-semi-space-size=2'];

function spawnDaemon(options: StartOptions, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(
    options.nodePath,
    [
      ...DAEMON_FLAGS,
      options.runtimePath,
      'workspace',
      'start',
      '--foreground',
      ...options.arguments,
    ],
    {
      detached: true,
      stdio: ['pipe', log, log, 'pipe'],
      env: daemonEnvironment(options.environment),
      cwd: options.stateDir,
    },
  );
  closeSync(log);
  child.stdin?.on('error', () => undefined); // the daemon may die before it reads; its report says why
  child.stdin?.end(options.sessionToken);
  return child;
}

async function firstReport(child: ChildProcess, { stateDir }: StartOptions): Promise<StartReport> {
  const channel = child.stdio[3] as Readable;
  for await (const line of createInterface({ input: channel })) {
    channel.destroy();
    return JSON.parse(line) as StartReport;
  }
  const log = join(stateDir, 'log', 'workspace.log');
  throw new AigovError(
    'WORKSPACE_START_FAILED',
    `the runtime ended before it was ready; the last line of ${log}: ${lastLine(log)}`,
    { remedy: `Read ${log}.` },
  );
}

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '';
}

const SECRET_NAME = /TOKEN|SECRET|PASSWORD|API_KEY|CREDENTIAL/i;

/** The daemon outlives the script that started it, so it keeps no credential of that script's environment. */
function daemonEnvironment(environment: StartOptions['environment']): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !SECRET_NAME.test(entry[0]),
  );
  return Object.fromEntries(entries);
}

/** SIGTERM, then SIGKILL after a grace period. Returns when the process is gone. */
async function endProcess(pid: number, graceMs = 10_000): Promise<void> {
  signal(pid, 'SIGTERM');
  const deadline = performance.now() + graceMs;
  while (performance.now() < deadline) {
    if (!signal(pid, 0)) return;
    await delay(20);
  }
  signal(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
