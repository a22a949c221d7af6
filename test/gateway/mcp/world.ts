import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { AuditEntry } from '../../../audit';
import {
  createRelay,
  DEFAULT_STDIO_LIMITS,
  MCP_FEATURES,
  type McpServerConfig,
} from '../../../gateway';
import { compilePolicy, type PolicyDocument } from '../../../policy';
import { startServer } from '../../../server';
import { listen, MemoryRecorder } from '../harness';

export const TOKENS = {
  alice: 'token-of-alice',
  bob: 'token-of-bob',
  admin: 'token-of-admin',
} as const;
const WORKSPACE = {
  id: 'w1',
  name: 'dev',
  templateId: 't1',
  templateName: 'node',
  templateVersion: 'v1',
};

export const PIN_FIRST = { changed: 'refuse', unknown: 'pin', approved: {} } as const;

/** A server of the configuration, with everything allowed. */
export function httpServer(
  name: string,
  url: string,
  overrides: Partial<McpServerConfig> = {},
): McpServerConfig {
  const target = { kind: 'http', url, credentials: { headers: {} } } as const;
  return { name, features: MCP_FEATURES, tools: PIN_FIRST, target, ...overrides };
}

export function stdioServer(
  name: string,
  command: readonly [string, ...string[]],
  limits: Partial<typeof DEFAULT_STDIO_LIMITS> = {},
): McpServerConfig {
  return {
    name,
    features: MCP_FEATURES,
    tools: PIN_FIRST,
    target: {
      kind: 'stdio',
      command: { command, environment: { PATH: process.env['PATH'] ?? '' } },
      limits: { ...DEFAULT_STDIO_LIMITS, ...limits },
    },
  };
}

export function layer(rest: Omit<PolicyDocument, 'apiVersion' | 'name'>): PolicyDocument {
  return { apiVersion: 'aigov/v1', name: 'org', ...rest };
}

export interface WorldOptions {
  readonly servers: readonly McpServerConfig[];
  /** Of the server. */
  readonly policies?: readonly PolicyDocument[];
  /** Of the template, held by the relay. */
  readonly template?: readonly PolicyDocument[];
}

/** Relay and server as they run, on real sockets. */
export async function startWorld({ servers, policies = [], template = [] }: WorldOptions) {
  const scratch = mkdtempSync(join(tmpdir(), 'aigov-mcp-'));
  const server = await startServer({
    listen: { host: '127.0.0.1', port: 0 },
    databasePath: join(scratch, 'aigov.db'),
    tokens: [
      { user: 'alice', role: 'member', token: TOKENS.alice },
      { user: 'bob', role: 'member', token: TOKENS.bob },
      { user: 'root', role: 'admin', token: TOKENS.admin },
    ],
    providers: [],
    policies,
    mcpServers: servers,
  });
  const refused = new MemoryRecorder();
  const relay = await listen(
    createRelay({
      upstream: { kind: 'server', url: server.url },
      sessionToken: () => TOKENS.alice,
      workspace: WORKSPACE,
      owner: 'alice',
      taskId: 'task-7',
      policy: compilePolicy(template),
      recorder: refused,
    }),
  );
  const api = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${TOKENS.admin}`, 'content-type': 'application/json' },
    });
  return {
    server,
    relay,
    /** What the relay records itself. */
    refused,
    scratch,
    api,
    /** Ended calls of the ledger, once there are this many; oldest first. */
    calls: (count: number) => endedCalls(api, count),
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await server.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

async function endedCalls(
  api: (path: string) => Promise<Response>,
  count: number,
): Promise<readonly AuditEntry[]> {
  for (;;) {
    const answer = await api('/api/v1/timeline?kind=mcp_call');
    const { entries } = (await answer.json()) as { entries: AuditEntry[] };
    const ended = entries.filter(({ ending }) => ending !== 'running');
    if (ended.length >= count) return ended.toReversed();
  }
}

/** The official client of the generation with sessions. */
export async function connect(url: string, token: string = 'aigov-placeholder') {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  await client.connect(transport);
  return {
    client,
    transport,
    async [Symbol.asyncDispose]() {
      await client.close();
    },
  };
}

/** Text of a tool's result. */
export function textOf(result: unknown): string {
  const { content } = result as { content: readonly { text?: string }[] };
  return content.map(({ text }) => text ?? '').join('');
}

/** Entry point of an installed program. */
export function program(name: keyof typeof MANIFESTS): string {
  return join(dirname(MANIFESTS[name]), 'dist', 'index.js');
}

const MANIFESTS = {
  'server-everything': require.resolve('@modelcontextprotocol/server-everything/package.json'),
  'server-filesystem': require.resolve('@modelcontextprotocol/server-filesystem/package.json'),
};

/** The reference server over HTTP, which forgets its sessions when it is started anew. */
export async function startEverything(port?: number) {
  const chosen = port ?? (await freePort());
  const child: ChildProcess = spawn(
    process.execPath,
    [program('server-everything'), 'streamableHttp'],
    {
      env: { PATH: process.env['PATH'], PORT: String(chosen) },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    if (child.stderr === null) return reject(new Error('no output'));
    createInterface(child.stderr).on('line', (line) => line.includes('listening') && resolve());
    child.once('exit', () => reject(new Error('server-everything ended')));
  });
  return {
    port: chosen,
    url: `http://127.0.0.1:${chosen}/mcp`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
