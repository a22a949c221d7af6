import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AigovError } from '../../policy';

export interface ServerProcessOptions {
  readonly packageRoot: string;
  /** Configuration and database go there. */
  readonly folder: string;
  /** Where it listens; the template was made for it. */
  readonly url: string;
  readonly upstreamUrl: string;
  readonly providerKey: string;
  readonly tokens: { readonly owner: string; readonly session: string; readonly auditor: string };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface ServerProcess {
  readonly ledgerFile: string;
  stop(): Promise<void>;
}

/** Starts `aigov server` as an administrator would: a configuration file, secrets in the environment. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  await mkdir(options.folder, { recursive: true });
  const ledgerFile = join(options.folder, 'aigov.db');
  const configFile = join(options.folder, 'aigov.yaml');
  await writeFile(configFile, renderConfig(options, ledgerFile));
  const child = spawn(
    process.execPath,
    [join(options.packageRoot, 'dist', 'cli', 'main.js'), 'server', '--config', configFile],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...options.environment,
        PROVIDER_KEY: options.providerKey,
        SESSION_TOKEN: options.tokens.session,
        AUDITOR_TOKEN: options.tokens.auditor,
      },
    },
  );
  await listening(child);
  return { ledgerFile, stop: () => stop(child) };
}

function renderConfig(
  { tokens, upstreamUrl, url }: ServerProcessOptions,
  ledgerFile: string,
): string {
  return `listen: ${new URL(url).host}
database: sqlite:${ledgerFile}
identity:
  tokens:
    - { user: ${tokens.owner}, role: member, token: { env: SESSION_TOKEN } }
    - { user: security, role: auditor, token: { env: AUDITOR_TOKEN } }
providers:
  - { name: anthropic, type: anthropic, baseUrl: ${upstreamUrl}, keys: [{ env: PROVIDER_KEY }] }
`;
}

async function listening(child: ChildProcess): Promise<void> {
  const errors: string[] = [];
  child.stderr?.on('data', (data: Buffer) => errors.push(data.toString('utf8')));
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
    if (line.includes('listening on')) return;
  }
  throw new AigovError('SERVER_START_FAILED', `aigov server ended: ${errors.join('').trim()}`, {
    remedy: 'Correct what it says above.',
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
