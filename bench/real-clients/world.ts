import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import {
  startModelUpstream,
  type ModelUpstream,
  type ReceivedRequest,
  type ScriptedTurn,
} from '../../emulator';
import type { McpServerConfig } from '../../gateway';
import type { PolicyDocument, WorkspaceConfig, WorkspaceMcpServer } from '../../policy';
import { startServer, type RunningServer } from '../../server';
import type { RealClient } from './cases';
import { NODE_FOLDER, VISIBLE_TMP } from './install';
import { answer } from './script';

const PROVIDER_KEY = 'provider-key-of-the-rehearsal';
const SESSION_TOKEN = 'session-token-of-the-rehearsal-0123456789';
/** A client that has not ended by then repeats itself or waits for somebody. */
const TIMEOUT_MS = 120_000;

export interface Ran {
  /** 128 + n for signal n. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a world has besides a model, a server and an empty policy. */
export interface WorldExtras {
  /** The model's part. @default - one turn with the client's shell tool */
  readonly turns?: (request: ReceivedRequest) => ScriptedTurn;
  /** Of the template. @default - allows nothing but the relay */
  readonly policy?: Omit<PolicyDocument, 'apiVersion' | 'name'>;
  /** Of the server, from the project's folder. @default - none */
  readonly mcpServers?: (project: string) => readonly McpServerConfig[];
  /** Of the workspace, from the project's folder. @default - none */
  readonly ownMcpServers?: (project: string) => readonly WorkspaceMcpServer[];
}

/** Model upstream, server and governed workspace for one client, and nothing of the client's own. */
export class World {
  readonly scratch = mkdtempSync(join(VISIBLE_TMP, 'aigov-real-'));
  readonly home = join(this.scratch, 'home');
  readonly project = join(this.home, 'project');
  readonly ledgerFile = join(this.scratch, 'aigov.db');

  private constructor(
    private readonly client: RealClient,
    private readonly root: string,
    private readonly clientBin: string,
    readonly upstream: ModelUpstream,
    private readonly port: number,
    private readonly extras: WorldExtras,
  ) {}

  static async start(
    client: RealClient,
    root: string,
    clientBin: string,
    extras: WorldExtras = {},
  ): Promise<World> {
    const upstream = await startModelUpstream({
      apiKey: PROVIDER_KEY,
      turns: extras.turns ?? ((request) => answer(client.definition, request)),
    });
    const world = new World(client, root, clientBin, upstream, await freePort(), extras);
    try {
      await world.#startRest();
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  #server: RunningServer | undefined;

  async #startRest(): Promise<void> {
    mkdirSync(this.project, { recursive: true, mode: 0o700 });
    const { url } = this.upstream;
    const keys = [PROVIDER_KEY];
    this.#server = await startServer({
      listen: { host: '127.0.0.1', port: 0 },
      databasePath: this.ledgerFile,
      tokens: [{ user: 'alice', role: 'member', token: SESSION_TOKEN }],
      providers: [
        { name: 'anthropic', type: 'anthropic', baseUrl: url, keys },
        { name: 'openai', type: 'openai', baseUrl: `${url}/v1`, keys },
        { name: 'gemini', type: 'gemini', baseUrl: url, keys },
      ],
      policies: [],
      mcpServers: this.extras.mcpServers?.(this.project) ?? [],
    });
    await this.#startWorkspace(this.#server.url);
  }

  async #startWorkspace(serverUrl: string): Promise<void> {
    const config = join(this.scratch, 'workspace.json');
    writeFileSync(config, JSON.stringify(this.#workspaceConfig(serverUrl)));
    const helper = join(this.root, 'firewall', 'native', `aigov-jail-${process.arch}`);
    const bin = join(this.scratch, 'bin');
    const flags = ['--config', config, '--helper', helper, '--bin-dir', bin];
    const { status, stderr } = await this.aigov('workspace', 'start', ...flags);
    if (status !== 0) throw new Error(`aigov workspace start: ${status} ${stderr}`);
  }

  /** As constructs/ writes it. */
  #workspaceConfig(serverUrl: string): WorkspaceConfig {
    const { policy, ownMcpServers } = this.extras;
    return {
      version: 1,
      gateway: { kind: 'server', url: serverUrl },
      firewall: { isEnabled: true },
      policy: [{ apiVersion: 'aigov/v1', name: 'nothing-else', ...policy }],
      clients: [this.client.definition.id],
      mcpServers: ownMcpServers?.(this.project) ?? [],
      workspace: {
        id: 'w-1',
        name: 'dev',
        owner: 'alice',
        templateId: 't-1',
        templateName: 'governed',
        templateVersion: 'v1',
      },
    };
  }

  /** As the workspace's terminal runs it: the launchers come first on PATH. */
  runClient(prompt: string): Promise<Ran> {
    return this.#run(this.client.argv(prompt));
  }

  aigov(...args: readonly string[]): Promise<Ran> {
    return this.#run([process.execPath, join(this.root, 'dist', 'runtime', 'aigov.cjs'), ...args]);
  }

  /** Stops workspace and server, so that all records are in the ledger file and nobody writes to it. */
  async finish(): Promise<void> {
    await this.aigov('workspace', 'stop');
    await this.#server?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish();
    await this.upstream.close();
    rmSync(this.scratch, { recursive: true, force: true });
  }

  get #environment(): Record<string, string> {
    const baseUrl = `http://127.0.0.1:${this.port}`;
    return {
      PATH: [join(this.scratch, 'bin'), this.clientBin, NODE_FOLDER, '/usr/bin', '/bin'].join(':'),
      HOME: this.home,
      TERM: 'xterm-256color',
      AIGOV_STATE_DIR: join(this.scratch, 'state'),
      AIGOV_RELAY_PORT: String(this.port),
      AIGOV_SESSION_TOKEN: SESSION_TOKEN,
      ...this.client.definition.env({ baseUrl }),
      ...this.client.environment,
    };
  }

  async #run([program = '', ...args]: readonly string[]): Promise<Ran> {
    const child = spawn(program, args, {
      cwd: this.project,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    const ended = once(child, 'close') as Promise<[number | null]>;
    const [[code], stdout, stderr] = await Promise.all([
      ended,
      readAll(child.stdout),
      readAll(child.stderr),
    ]);
    return { status: code ?? 128 + 15, stdout, stderr };
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
