import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import {
  newId,
  openSpool,
  shipSpool,
  type Shipper,
  type Spool,
  type WorkspaceFacts,
} from '../audit';
import { startFirewall, type Firewall, type JailSession } from '../firewall';
import { acceptHttp2, createRelay, type Relay, type RequestClaims } from '../gateway';
import { AigovError, compilePolicy, type CompiledPolicy } from '../policy';
import { listenForControl } from './control-socket';
import { Exceptions } from './exceptions';
import type { LoadedConfig } from './config';
import type { WorkspaceHealth } from './health';
import { ownMcpServers } from './mcp-servers';
import { describePortHolder } from './port-holder';
import { findRepository } from './repository';
import { createState, statePaths } from './state';

export interface WorkspaceOptions {
  readonly loaded: LoadedConfig;
  readonly stateDir: string;
  /** Loopback port of relay and health; 0 picks a free one. @default 4180 */
  readonly port?: number;
  /** Coder's session token of the owner; kept in memory only. */
  readonly sessionToken: string;
  /** Of this process; MCP servers of the workspace get their PATH and HOME from it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The native helper. */
  readonly helperPath: string;
  readonly runtimeVersion: string;
  readonly uid: number;
  /** PEM roots of the company, trusted besides the system's. */
  readonly corporateRoots: readonly string[];
  /** Finds the addresses of a host for the firewall, outside the jail. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  /** Socket at which Coder's workspace agent takes firewall decisions. */
  readonly boundarySocketPath?: string;
  readonly log: (line: string) => void;
}

export interface RunningWorkspace {
  readonly port: number;
  health(): WorkspaceHealth;
  close(): Promise<void>;
}

export const DEFAULT_RELAY_PORT = 4180;

/** How long a stopping runtime tries to ship its last records; the rest waits in the spool for the next start. */
const LAST_SHIPMENT_MS = 3_000;

/**
 * Starts everything a governed workspace needs, in this order: the port (it is also the lock against a second
 * start), the spool, the relay, the firewall. A failure undoes what was started and is thrown.
 */
export async function startWorkspace(options: WorkspaceOptions): Promise<RunningWorkspace> {
  const runtime = new WorkspaceRuntime(options);
  try {
    await runtime.start();
    return runtime;
  } catch (error) {
    await runtime.close();
    throw error;
  }
}

interface JailFacts {
  readonly session: JailSession;
  readonly repository?: string;
}

class WorkspaceRuntime implements RunningWorkspace {
  readonly #options: WorkspaceOptions;
  readonly #policy: CompiledPolicy;
  readonly #http: Server;
  readonly #stopped = new AbortController();
  /** Which jail a connection to the relay came from. */
  readonly #jails = new WeakMap<Duplex, JailFacts>();
  #status: WorkspaceHealth['status'] = 'starting';
  #port: number;
  #spool: Spool | undefined;
  #relay: Relay | undefined;
  #firewall: Firewall | undefined;
  #shipper: Shipper | undefined;
  #exceptions: Exceptions | undefined;
  #control: Server | undefined;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
    this.#port = options.port ?? DEFAULT_RELAY_PORT;
    this.#policy = compilePolicy(options.loaded.config.policy);
    this.#http = createServer((request, response) => this.#answer(request, response));
    acceptHttp2(this.#http, (pipe, connection) => {
      const jail = this.#jails.get(connection);
      if (jail !== undefined) this.#jails.set(pipe, jail);
    });
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const { stateDir, uid } = this.#options;
    const paths = statePaths(stateDir);
    createState(paths, uid);
    this.#port = await listen(this.#http, this.#port);
    this.#spool = await openSpool({ directory: paths.spool });
    this.#exceptions = this.#createExceptions(this.#spool);
    this.#relay = this.#createRelay(this.#spool);
    if (this.#options.loaded.config.firewall.isEnabled) {
      this.#firewall = await this.#startFirewall(this.#spool);
    }
    await this.#recordStart(this.#spool);
    this.#control = await listenForControl(paths.control, this.#exceptions);
    this.#shipper = this.#startShipping(this.#spool);
    this.#status = 'ready';
    this.#options.log(`ready on 127.0.0.1:${this.#port}, firewall ${this.#level()}`);
  }

  health(): WorkspaceHealth {
    const { loaded, stateDir, runtimeVersion } = this.#options;
    const launch = this.#firewall?.launchArguments([]);
    return {
      service: 'aigov-workspace',
      status: this.#status,
      pid: process.pid,
      stateDir,
      configSha256: loaded.sha256,
      runtimeVersion,
      policyVersion: this.#policyInForce().version,
      exceptions: this.#exceptions?.list() ?? [],
      firewallLevel: this.#level(),
      ...(launch === undefined ? {} : { jail: { launch } }),
      audit: this.#auditHealth(),
    };
  }

  async close(): Promise<void> {
    this.#status = 'stopping';
    if (this.#control !== undefined) await closeServer(this.#control);
    await this.#exceptions?.close();
    await this.#firewall?.close();
    await this.#relay?.close();
    await Promise.race([
      this.#shipper?.flushed(),
      delay(LAST_SHIPMENT_MS, undefined, { ref: false }),
    ]);
    this.#stopped.abort();
    await this.#shipper?.done;
    await this.#spool?.close();
    await closeServer(this.#http);
  }

  #level(): string {
    return this.#firewall?.level ?? 'off';
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === '/healthz') {
      response.setHeader('content-type', 'application/json');
      response.end(`${JSON.stringify(this.health())}\n`);
    } else if (this.#relay === undefined) {
      response.writeHead(503, { 'retry-after': '1' }).end('aigov: starting\n');
    } else {
      void this.#relay.handle(request, response, this.#claimsOf(request.socket));
    }
  }

  /** Set by us from the connection, whatever the client says of itself. */
  #claimsOf(socket: Socket): RequestClaims {
    const jail = this.#jails.get(socket);
    if (jail === undefined) return {};
    const { session, repository } = jail;
    return {
      firewall: { sessionId: session.id, sequence: session.nextSequence() },
      ...(repository === undefined ? {} : { repository }),
    };
  }

  #acceptFromJail(socket: Socket, session: JailSession): void {
    const repository = findRepository(session.workdir);
    this.#jails.set(socket, { session, ...(repository === undefined ? {} : { repository }) });
    this.#http.emit('connection', socket);
  }

  #createRelay(spool: Spool): Relay {
    const { config } = this.#options.loaded;
    return createRelay({
      upstream: config.gateway,
      sessionToken: () => this.#options.sessionToken,
      workspace: this.#workspaceFacts(),
      owner: config.workspace.owner,
      ...this.#task(),
      policy: this.#policy,
      recorder: spool,
      mcpServers: ownMcpServers({
        servers: config.mcpServers ?? [],
        environment: this.#options.environment,
        inJail: (command) => this.#firewall?.launchArguments(command) ?? command,
      }),
    });
  }

  #startFirewall(spool: Spool): Promise<Firewall> {
    const { stateDir, helperPath, resolve, corporateRoots, sessionToken, log } = this.#options;
    const { boundarySocketPath } = this.#options;
    return startFirewall({
      stateDir,
      helperPath,
      resolve,
      corporateRoots,
      secrets: [sessionToken].filter((secret) => secret !== ''),
      policy: () => this.#policyInForce(),
      recorder: spool,
      facts: this.#facts(),
      // The relay answers inside the jail at the address it has outside.
      loopback: [
        {
          port: this.#port,
          onConnection: (socket, session) => this.#acceptFromJail(socket, session),
        },
      ],
      log,
      ...(boundarySocketPath === undefined ? {} : { boundarySocketPath }),
    });
  }

  #createExceptions(spool: Spool): Exceptions {
    return new Exceptions({
      layers: this.#options.loaded.config.policy,
      base: this.#policy,
      recorder: spool,
      facts: this.#facts(),
      onChange: () => this.#firewall?.reload(),
    });
  }

  #policyInForce(): CompiledPolicy {
    return this.#exceptions?.policy() ?? this.#policy;
  }

  /** What the records of this workspace carry. */
  #facts() {
    return {
      actor: { user: this.#options.loaded.config.workspace.owner, isVerified: false },
      workspace: this.#workspaceFacts(),
      ...this.#task(),
    };
  }

  #task(): { readonly taskId?: string } {
    const { taskId } = this.#options.loaded.config.workspace;
    return taskId === undefined ? {} : { taskId };
  }

  #workspaceFacts(): WorkspaceFacts {
    const { id, name, templateId, templateName, templateVersion } =
      this.#options.loaded.config.workspace;
    return { id, name, templateId, templateName, templateVersion };
  }

  async #recordStart(spool: Spool): Promise<void> {
    const { config } = this.#options.loaded;
    await spool.record({
      id: newId(),
      kind: 'workspace_start',
      phase: 'event',
      ...this.#facts(),
      policy: { version: this.#policy.version },
      data: {
        runtimeVersion: this.#options.runtimeVersion,
        firewallLevel: this.#level(),
        gateway: config.gateway.kind,
        clients: config.clients,
      },
    });
  }

  #startShipping(spool: Spool): Shipper | undefined {
    const { gateway } = this.#options.loaded.config;
    if (gateway.kind !== 'server') return undefined;
    return shipSpool(spool, {
      url: gateway.url,
      token: () => this.#options.sessionToken,
      signal: this.#stopped.signal,
    });
  }

  #auditHealth(): WorkspaceHealth['audit'] {
    const stats = this.#spool?.stats();
    const lastError = stats?.lastError ?? this.#shipper?.status().lastError;
    return { unshipped: stats?.unshipped ?? 0, ...(lastError === undefined ? {} : { lastError }) };
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(cause.code === 'EADDRINUSE' ? portInUse(port, cause) : cause);
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function portInUse(port: number, cause: Error): AigovError {
  return new AigovError('PORT_IN_USE', `127.0.0.1:${port}: held by ${describePortHolder(port)}`, {
    remedy: `Stop it, or set AIGOV_RELAY_PORT to a free port.`,
    at: `127.0.0.1:${port}`,
    cause,
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
