import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openSpoolReader, type AuditEntry } from '../../audit';

export const ROOT = resolve(__dirname, '..', '..');
/** The one-file runtime as templates carry it. */
export const RUNTIME = join(ROOT, 'dist', 'runtime', 'aigov.cjs');
export const HELPER = join(ROOT, 'firewall', 'native', `aigov-jail-${process.arch}`);
export const SESSION_TOKEN = 'session-token-of-alice-0123456789';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ConfigParts {
  readonly gateway: object;
  readonly isFirewallEnabled?: boolean;
  readonly policy?: object;
  readonly clients?: readonly string[];
}

/** A scratch workspace with the built runtime; what it started is ended when it is disposed. */
export class ScratchWorkspace {
  readonly home = mkdtempSync(join(tmpdir(), 'aigov-ws-'));
  readonly stateDir = join(this.home, 'state');
  readonly binDir = join(this.home, 'bin');
  readonly configFile = join(this.home, 'workspace.json');

  /** `AIGOV_RESOLVE` of the runtime. */
  resolve = '';

  /** Where this workspace's Coder agent would listen. */
  readonly boundarySocket = join(this.home, 'boundary-audit.sock');

  private constructor(readonly port: number) {}

  static async create(parts: ConfigParts): Promise<ScratchWorkspace> {
    const workspace = new ScratchWorkspace(await freePort());
    workspace.configure(parts);
    return workspace;
  }

  configure(parts: ConfigParts): void {
    const { gateway, isFirewallEnabled = true, policy = {}, clients = ['claude-code'] } = parts;
    const config = {
      version: 1,
      gateway,
      firewall: { isEnabled: isFirewallEnabled },
      policy: [{ apiVersion: 'aigov/v1', name: 'template', ...policy }],
      clients,
      workspace: {
        id: 'w-1',
        name: 'dev',
        owner: 'alice',
        templateId: 't-1',
        templateName: 'governed',
        templateVersion: 'v1',
      },
    };
    writeFileSync(this.configFile, JSON.stringify(config));
  }

  get environment(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.home,
      AIGOV_STATE_DIR: this.stateDir,
      AIGOV_RELAY_PORT: String(this.port),
      AIGOV_SESSION_TOKEN: SESSION_TOKEN,
      AIGOV_RESOLVE: this.resolve,
      CODER_AGENT_BOUNDARY_LOG_PROXY_SOCKET_PATH: this.boundarySocket,
    };
  }

  start(helper = HELPER): Promise<Ran> {
    const flags = [
      '--json',
      '--config',
      this.configFile,
      '--helper',
      helper,
      '--bin-dir',
      this.binDir,
    ];
    return this.aigov('workspace', 'start', ...flags);
  }

  /** Runs the runtime's command line. */
  aigov(...args: readonly string[]): Promise<Ran> {
    return new Promise((done) => {
      const options = { env: this.environment, cwd: this.home };
      execFile(process.execPath, [RUNTIME, ...args], options, (error, stdout, stderr) => {
        done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  async pid(): Promise<number> {
    const { stdout } = await this.aigov('workspace', 'status', '--json');
    return (JSON.parse(stdout) as { pid: number }).pid;
  }

  /** A command in the jail that keeps running. */
  spawnJailed(...command: readonly string[]) {
    return spawn(process.execPath, [RUNTIME, 'run', '--', ...command], {
      env: this.environment,
      cwd: this.home,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.aigov('workspace', 'stop');
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Records in the spool of a running workspace. */
export async function recordsOf(workspace: ScratchWorkspace, kind: string): Promise<AuditEntry[]> {
  await using reader = openSpoolReader(join(workspace.stateDir, 'spool'));
  const { entries } = await reader.timeline({});
  return entries.filter((entry) => entry.kind === kind);
}

export function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}
