import { spawn, type ChildProcess } from 'node:child_process';
import { END_GRACE_MS, MAX_UNREAD_BYTES, MEMORY_CHECK_MS, type StdioLimits } from './limits';
import { LineReader } from './lines';
import { residentBytes } from './memory';

/** A program that speaks MCP on its standard streams. */
export interface StdioCommand {
  /** Program and arguments, started without a shell. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Everything of the environment it gets. Holds secrets: never log it. */
  readonly environment: Readonly<Record<string, string>>;
  /** @default - the folder of this process */
  readonly directory?: string;
}

/** Why a process is over. */
export type ProcessEnd = 'ended' | 'not_started' | 'memory' | 'message_too_large' | 'flood';

export interface ProcessEvents {
  onLine(line: Buffer): void;
  /** Once, also when the program could not be started. */
  onEnd(end: ProcessEnd): void;
}

/** One running server. Whoever starts it ends it. */
export class McpProcess {
  readonly #child: ChildProcess;
  readonly #events: ProcessEvents;
  readonly #lines: LineReader;
  readonly #memoryCheck: NodeJS.Timeout;
  readonly #exited: Promise<void>;
  #end: ProcessEnd = 'ended';
  #isOver = false;

  constructor(command: StdioCommand, limits: StdioLimits, events: ProcessEvents) {
    const [program, ...args] = command.command;
    this.#events = events;
    // A group of its own, so that what it starts ends with it.
    this.#child = spawn(program, args, {
      env: { ...command.environment },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
      ...(command.directory === undefined ? {} : { cwd: command.directory }),
    });
    this.#lines = new LineReader(limits.messageMb * 1024 * 1024, (line) => events.onLine(line));
    this.#exited = new Promise((resolve) => this.#watch(resolve));
    this.#memoryCheck = setInterval(() => void this.#checkMemory(limits), MEMORY_CHECK_MS);
    this.#memoryCheck.unref();
  }

  /** Writes one message. */
  write(line: string): void {
    const { stdin } = this.#child;
    if (stdin?.writable === true) stdin.write(`${line}\n`);
  }

  /** The program does not read what it is sent. */
  get isBacklogged(): boolean {
    return (this.#child.stdin?.writableLength ?? 0) > MAX_UNREAD_BYTES;
  }

  pause(): void {
    this.#child.stdout?.pause();
  }

  resume(): void {
    this.#child.stdout?.resume();
  }

  /** Ends it at once. */
  kill(end: ProcessEnd): void {
    if (this.#isOver) return;
    this.#end = end;
    this.#signal('SIGKILL');
  }

  /** Ends it as the protocol asks: its input ends, then SIGTERM, then SIGKILL. */
  async close(): Promise<void> {
    this.#child.stdin?.end();
    const steps = (['SIGTERM', 'SIGKILL'] as const).map((signal, step) =>
      setTimeout(() => this.#signal(signal), END_GRACE_MS * (step + 1)),
    );
    await this.#exited;
    for (const step of steps) clearTimeout(step);
  }

  #watch(resolve: () => void): void {
    const { stdin, stdout } = this.#child;
    const onOver = (end: ProcessEnd) => {
      if (this.#isOver) return;
      this.#isOver = true;
      clearInterval(this.#memoryCheck);
      this.#events.onEnd(end);
      resolve();
    };
    stdin?.on('error', () => undefined);
    stdout?.on('error', () => undefined);
    stdout?.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#child.on('error', () => {
      if (this.#child.pid === undefined) onOver('not_started');
    });
    // What it started may have outlived it, and holds its output open.
    this.#child.on('exit', () => this.#signal('SIGKILL'));
    this.#child.on('close', () => onOver(this.#end));
  }

  #read(chunk: Buffer): void {
    if (this.#isOver || this.#end !== 'ended') return;
    this.#lines.push(chunk);
    if (this.#lines.isOverflown) this.kill('message_too_large');
  }

  async #checkMemory({ memoryMb }: StdioLimits): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined || this.#isOver) return;
    if ((await residentBytes(pid)) > memoryMb * 1024 * 1024) this.kill('memory');
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // the group is gone
    }
  }
}
