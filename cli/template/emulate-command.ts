import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CoderAgent, ScriptResult } from '../../emulator';
import { AigovError } from '../../policy';
import type { CliIo } from '../io';
import { emulate, type Emulated } from './emulate';

export interface EmulateFlags {
  readonly task?: string;
  readonly param: readonly string[];
  /** `--no-terraform` */
  readonly terraform: boolean;
  readonly seed: string;
  readonly keep?: true;
  readonly json?: true;
}

/** `aigov template emulate`: exits with CMD's status; without CMD with 1 when a start script failed. */
export async function runEmulate(
  dir: string,
  command: readonly string[],
  flags: EmulateFlags,
  io: CliIo,
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'aigov-emulate-'));
  const report = (line: string) => void io.stderr.write(`${line}\n`);
  try {
    const emulated = await emulate({
      dir: resolve(io.cwd, dir),
      scratch,
      environment: io.environment,
      standInFile: flags.terraform ? findStandIn() : undefined,
      parameters: parseParameters(flags.param),
      shuffleSeed: parseSeed(flags.seed),
      report,
      ...(flags.task === undefined ? {} : { task: flags.task }),
    });
    await withAgent(emulated.agent, (agent) => work(agent, emulated, command, flags, io));
  } finally {
    if (flags.keep === true) report(`kept ${scratch}`);
    else await rm(scratch, { recursive: true, force: true });
  }
}

/** Ends the workspace whatever happens, also when the person interrupts. */
async function withAgent(
  agent: CoderAgent,
  run: (agent: CoderAgent) => Promise<void>,
): Promise<void> {
  const stop = () => void agent.stop();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await run(agent);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await agent.stop();
  }
}

async function work(
  agent: CoderAgent,
  { builtWith }: Emulated,
  command: readonly string[],
  flags: EmulateFlags,
  io: CliIo,
): Promise<void> {
  const started = await agent.started;
  for (const result of started) io.stderr.write(renderScript(result));
  const failed = started.some(({ status }) => status !== 'ok');
  const ran = command.length === 0 ? undefined : await runCommand(agent, command, flags, io);
  const { leftBehind, scripts: stopped } = await agent.stop();
  for (const result of stopped) io.stderr.write(renderScript(result));
  if (flags.json === true)
    io.stdout.write(
      `${JSON.stringify({ builtWith, started, command: ran ?? null, stopped, leftBehind })}\n`,
    );
  io.setExitCode(ran?.exitCode ?? (failed ? 1 : 0));
}

/** On the terminal it is the person's own; with --json its output is part of the document. */
async function runCommand(
  agent: CoderAgent,
  command: readonly string[],
  flags: EmulateFlags,
  io: CliIo,
): Promise<{ exitCode: number; stdout?: string; stderr?: string }> {
  if (flags.json === true) return agent.exec(command);
  const isTerminal = io.stdout.isTTY === true;
  const output = isTerminal ? undefined : { stdout: io.stdout, stderr: io.stderr };
  return { exitCode: await agent.attach(command, output) };
}

function renderScript({ displayName, exitCode, log, status }: ScriptResult): string {
  if (status === 'ok') return `${displayName}: ok\n`;
  const code = exitCode === undefined ? '' : ` (${exitCode})`;
  return `${displayName}: ${status}${code}\n${log.replace(/^/gm, '  ').trimEnd()}\n`;
}

/** Beside the compiled CLI; absent when only sources are there. */
function findStandIn(): string | undefined {
  const file = join(__dirname, '..', '..', 'emulator', 'stand-in.cjs');
  return existsSync(file) ? file : undefined;
}

function parseParameters(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1)
        throw new AigovError('PARAMETER_INVALID', `--param "${text}" is not name=value`, {
          remedy: 'Write --param name=value, once for each parameter.',
          at: '--param',
        });
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function parseSeed(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new AigovError('SEED_INVALID', `--seed "${text}" is not a whole number`, {
    remedy: 'Give a whole number, or leave it out.',
    at: '--seed',
  });
}
