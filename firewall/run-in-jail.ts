/** Runs one command in a jail with this process's (or the given) stdio, as `aigov run` does. */
import { spawn, type StdioOptions } from 'node:child_process';
import type { JailHost } from './daemon';

export interface RunInJailOptions {
  /** The command; at least its program. */
  readonly argv: readonly string[];
  readonly firewall: Pick<JailHost, 'launchArguments'>;
  /** @default inherit */
  readonly stdio?: StdioOptions;
  /** @default the current folder */
  readonly cwd?: string;
  /** Environment the allowlist is applied to. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sends SIGTERM to the command when aborted. */
  readonly signal?: AbortSignal;
}

const EXIT_OWN_FAILURE = 125;

/** Signals passed on while the command runs; the terminal sends its own to the whole foreground group. */
const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
/** Ignored here: the terminal gives them to the command too, which decides. */
const LEFT_TO_COMMAND = ['SIGINT', 'SIGQUIT'] as const;

/** Resolves with the command's exit status: 128 + n for signal n, 126 and 127 as shells give, 125 when the jail failed. */
export async function runInJail(options: RunInJailOptions): Promise<number> {
  const [program, ...args] = options.firewall.launchArguments(options.argv, options.cwd);
  if (program === undefined) return EXIT_OWN_FAILURE;
  const child = spawn(program, args, {
    stdio: options.stdio ?? 'inherit',
    env: { ...options.env },
  });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  const ignore = () => undefined;
  const abort = () => child.kill('SIGTERM');
  for (const signal of FORWARDED) process.on(signal, forward);
  for (const signal of LEFT_TO_COMMAND) process.on(signal, ignore);
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    return await new Promise<number>((resolve) => {
      child.once('error', () => resolve(EXIT_OWN_FAILURE));
      child.once('exit', (status) => resolve(status ?? EXIT_OWN_FAILURE));
    });
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
    for (const signal of LEFT_TO_COMMAND) process.off(signal, ignore);
    options.signal?.removeEventListener('abort', abort);
  }
}
