import { spawn, type ChildProcess } from 'node:child_process';
import type { AgentScript } from '../template';
import { scriptCommand } from './shebang';

/** How one script ended, in the words of Coder's agent. */
export interface ScriptResult {
  readonly address: string;
  readonly displayName: string;
  /**
   * `pipes_left_open`: it ended, but a process it left behind still holds its output; the agent waits 10 s for that
   * and reports it as a fault. `not_started`: the kernel refused, e.g. an argument over 131,071 bytes.
   */
  readonly status: 'ok' | 'exit_failure' | 'timed_out' | 'pipes_left_open' | 'not_started';
  readonly exitCode: number | undefined;
  /** Output, both streams as they came; cut at `MAX_LOG_BYTES`. */
  readonly log: string;
}

/** One script's log in the emulator; more is dropped. */
const MAX_LOG_BYTES = 1024 * 1024;
/** Go's exec WaitDelay in coder/coder agentscripts. */
const PIPE_GRACE_MS = 10_000;

export interface ScriptSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly shell: string;
  /** Told of the process so that its owner can end it. */
  onStart(child: ChildProcess): void;
  /** @default 10_000 */
  readonly pipeGraceMs?: number;
}

/** Runs one script as the agent does. Never rejects. */
export function runScript(script: AgentScript, settings: ScriptSettings): Promise<ScriptResult> {
  const { address, displayName, timeoutSeconds } = script;
  const log = createLog();
  const ended = (status: ScriptResult['status'], exitCode: number | undefined): ScriptResult => ({
    address,
    displayName,
    status,
    exitCode,
    log: log.text(),
  });
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = start(script, settings);
    } catch (error) {
      log.add(Buffer.from(`${String(error)}\n`));
      return resolve(ended('not_started', undefined));
    }
    settings.onStart(child);
    child.stdout?.on('data', (data: Buffer) => log.add(data));
    child.stderr?.on('data', (data: Buffer) => log.add(data));
    let isLate = false;
    const limit = timer(timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000, () => {
      isLate = true;
      child.kill('SIGKILL');
    });
    child.once('error', (error) => {
      limit.stop();
      log.add(Buffer.from(`${error.message}\n`));
      resolve(ended('not_started', undefined));
    });
    child.once('exit', (code) => {
      limit.stop();
      const status = isLate ? 'timed_out' : code === 0 ? 'ok' : 'exit_failure';
      const grace = timer(settings.pipeGraceMs ?? PIPE_GRACE_MS, () => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve(ended('pipes_left_open', code ?? undefined));
      });
      child.once('close', () => {
        grace.stop();
        resolve(ended(status, code ?? undefined));
      });
    });
  });
}

function start({ script }: AgentScript, settings: ScriptSettings): ChildProcess {
  const { program, args } = scriptCommand(script, settings.shell);
  // A group of its own, so that its owner can end what it started.
  return spawn(program, args, {
    cwd: settings.cwd,
    env: settings.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

function timer(delayMs: number | undefined, run: () => void): { stop(): void } {
  const handle = delayMs === undefined ? undefined : setTimeout(run, delayMs);
  return { stop: () => clearTimeout(handle) };
}

function createLog(): { add(data: Buffer): void; text(): string } {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    add: (data) => {
      const part = data.subarray(0, Math.max(0, MAX_LOG_BYTES - size));
      size += part.length;
      chunks.push(part);
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
