import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { Environment } from '../../provider/plugin';
import type { AgentScript } from '../template';
import { commandEnvironment, type AgentIdentity } from './agent-environment';
import { findByFolder, type LeftBehind } from './left-behind';
import { runScript, type ScriptResult } from './run-script';
import { shuffled } from './shuffle';

export interface CoderAgentOptions {
  /** `TemplateAgent.env`. */
  readonly env: Readonly<Record<string, string>>;
  /** `TemplateAgent.scripts`. */
  readonly scripts: readonly AgentScript[];
  /** Scratch home of the workspace's user; made when missing. Scripts and terminals start there. */
  readonly home: string;
  /** @default - names that are all "workspace", and no token */
  readonly identity?: AgentIdentity;
  /** Scripts start at once, in an order only this decides. @default 1 */
  readonly shuffleSeed?: number;
  /** Environment of the container, e.g. PATH. @default - PATH of a plain container and little else */
  readonly environment?: Environment;
  /** How long output may stay open after a script ended. @default 10_000 */
  readonly pipeGraceMs?: number;
}

export interface ExecOptions {
  /** @default - nothing */
  readonly stdin?: string;
  /** Added to the workspace's environment. */
  readonly environment?: Environment;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  /** 128 + n for signal n, as shells do. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AttachedOutput {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export interface StopResult {
  /** Of the run_on_stop scripts. */
  readonly scripts: readonly ScriptResult[];
  /** What still ran after them, and was ended. */
  readonly leftBehind: readonly LeftBehind[];
}

export interface CoderAgent {
  /** What scripts and terminals see. May hold secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly scriptBinDir: string;
  /** Resolves when the scripts with `start_blocks_login` have ended: users can log in now. */
  readonly ready: Promise<readonly ScriptResult[]>;
  /** Resolves when every run_on_start script has ended. */
  readonly started: Promise<readonly ScriptResult[]>;
  /** Runs a command as a user's terminal would: words, or one shell line. */
  exec(command: string | readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Runs a command on the caller's terminal, its output to these streams if given; resolves to its status. */
  attach(command: readonly string[], output?: AttachedOutput): Promise<number>;
  /** Runs the run_on_stop scripts, then ends everything the workspace still runs. */
  stop(): Promise<StopResult>;
  [Symbol.asyncDispose](): Promise<void>;
}

const NOBODY: AgentIdentity = {
  workspaceName: 'workspace',
  ownerName: 'owner',
  agentName: 'main',
  agentToken: '',
};

/** Plays the Coder workspace agent: starts the template's scripts in a scratch home. */
export async function startCoderAgent(options: CoderAgentOptions): Promise<CoderAgent> {
  const { home, identity = NOBODY, scripts } = options;
  const dataDir = join(home, '.coder-script-data');
  const scriptBinDir = join(dataDir, 'bin');
  await mkdir(scriptBinDir, { recursive: true });
  await chmod(home, 0o700);
  const environment = commandEnvironment(
    identity,
    { home, scriptBin: scriptBinDir },
    options.env,
    options.environment ?? {},
  );
  const workspace = new Workspace(options, environment, dataDir);
  const starting = shuffled(
    scripts.filter((script) => script.runOnStart),
    options.shuffleSeed ?? 1,
  ).map((script) => ({ script, result: workspace.run(script) }));
  const blocking = starting.filter(({ script }) => script.startBlocksLogin);
  return {
    environment,
    home,
    scriptBinDir,
    ready: Promise.all(blocking.map(({ result }) => result)),
    started: Promise.all(starting.map(({ result }) => result)),
    exec: (command, execOptions) => workspace.exec(command, execOptions),
    attach: (command, output) => workspace.attach(command, output),
    stop: () => workspace.stop(),
    [Symbol.asyncDispose]: async () => void (await workspace.stop()),
  };
}

/** The processes of one workspace, and the one place that ends them. */
class Workspace {
  private readonly running = new Set<ChildProcess>();
  private stopping: Promise<StopResult> | undefined;

  constructor(
    private readonly options: CoderAgentOptions,
    private readonly environment: Readonly<Record<string, string | undefined>>,
    private readonly dataDir: string,
  ) {}

  async run(script: AgentScript): Promise<ScriptResult> {
    const dataDir = join(this.dataDir, script.address.replace(/[^\w.-]/g, '_'));
    await mkdir(dataDir, { recursive: true });
    const { pipeGraceMs } = this.options;
    return runScript(script, {
      env: {
        ...this.environment,
        CODER_SCRIPT_DATA_DIR: dataDir,
        CODER_SCRIPT_BIN_DIR: join(this.dataDir, 'bin'),
      },
      cwd: this.options.home,
      shell: this.environment['SHELL'] ?? '/bin/sh',
      onStart: (child) => this.own(child),
      ...(pipeGraceMs === undefined ? {} : { pipeGraceMs }),
    });
  }

  exec(command: string | readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const child = this.spawn(command, options, ['pipe', 'pipe', 'pipe']);
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout?.on('data', (data: Buffer) => output.stdout.push(data));
    child.stderr?.on('data', (data: Buffer) => output.stderr.push(data));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.stdin ?? '');
    const textOf = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8');
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) =>
        resolve({
          exitCode: statusOf(code, signal),
          stdout: textOf(output.stdout),
          stderr: textOf(output.stderr),
        }),
      );
    });
  }

  attach(command: readonly string[], output?: AttachedOutput): Promise<number> {
    const child = this.spawn(
      command,
      {},
      output === undefined ? 'inherit' : ['inherit', 'pipe', 'pipe'],
    );
    child.stdout?.pipe(output?.stdout ?? process.stdout, { end: false });
    child.stderr?.pipe(output?.stderr ?? process.stderr, { end: false });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(statusOf(code, signal)));
    });
  }

  private spawn(
    command: string | readonly string[],
    options: ExecOptions,
    stdio: 'inherit' | ['pipe' | 'inherit', 'pipe', 'pipe'],
  ): ChildProcess {
    const shell = this.environment['SHELL'] ?? '/bin/sh';
    const [program = shell, ...args] =
      typeof command === 'string' ? [shell, '-c', command] : command;
    const child = spawn(program, args, {
      cwd: options.cwd ?? this.options.home,
      env: { ...this.environment, ...options.environment },
      stdio,
      // What reads our terminal must stay in our process group.
      detached: stdio !== 'inherit' && stdio[0] !== 'inherit',
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    this.own(child);
    return child;
  }

  private own(child: ChildProcess): void {
    this.running.add(child);
    child.once('close', () => this.running.delete(child));
    child.once('error', () => this.running.delete(child));
  }

  stop(): Promise<StopResult> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  private async stopOnce(): Promise<StopResult> {
    const stopScripts = this.options.scripts.filter((script) => script.runOnStop);
    const scripts = await Promise.all(stopScripts.map((script) => this.run(script)));
    for (const child of this.running) endGroup(child);
    return { scripts, leftBehind: await endAll(this.dataDir) };
  }
}

/** Ends what names the folder until nothing does. A process in the middle of exec shows no environment: look twice. */
async function endAll(folder: string): Promise<readonly LeftBehind[]> {
  const ended = new Map<number, LeftBehind>();
  for (let quiet = 0; quiet < 2;) {
    const found = await findByFolder(folder);
    quiet = found.length === 0 ? quiet + 1 : 0;
    for (const each of found) {
      ended.set(each.pid, each);
      end(each.pid);
    }
  }
  return [...ended.values()];
}

function statusOf(code: number | null, signal: NodeJS.Signals | null): number {
  if (code !== null) return code;
  return 128 + (signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : signal === 'SIGINT' ? 2 : 1);
}

/** Its process group: it leads one. A child that shares our terminal is ended alone. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (!end(-child.pid)) child.kill('SIGKILL');
}

function end(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
