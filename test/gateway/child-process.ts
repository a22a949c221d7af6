import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/** A program of the tests, bundled and started; it must print its URL as its first line. */
export interface Child {
  readonly url: string;
  /** Ends it without any chance to clean up. */
  crash(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startChild(
  source: string,
  scratch: string,
  argv: readonly string[],
): Promise<Child> {
  const child = spawn(process.execPath, [bundle(source, scratch), ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await firstLine(child);
  const crash = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { url, crash, [Symbol.asyncDispose]: crash };
}

function bundle(source: string, scratch: string): string {
  const outdir = join(scratch, 'child');
  mkdirSync(outdir, { recursive: true });
  const thread = join(__dirname, '..', '..', 'audit', 'ledger', 'writer-thread.ts');
  buildSync({
    entryPoints: { main: resolve(source), 'writer-thread': thread },
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
  });
  return join(outdir, 'main.js');
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const end = text.indexOf('\n');
    if (end !== -1) return text.slice(0, end);
  }
  throw new Error('the process ended without a word');
}
