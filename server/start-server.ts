import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  acceptHttp2,
  createContexts,
  isMcpPath,
  type GatewayObserver,
  type Logger,
} from '../gateway';
import { AigovError, AigovErrors } from '../policy';
import { interceptionRoutes } from './api/interceptions';
import { mcpToolRoutes } from './api/mcp-tools';
import { PROBLEMS, sendProblem } from './api/problem';
import { recordRoutes } from './api/records';
import { relaySessionRoutes } from './api/relay-sessions';
import { createApi } from './api/router';
import type { ServerConfig } from './config';
import { Health } from './health';
import { ServerMetrics } from './metrics/server-metrics';
import { Serving } from './serving';
import type { WatchOptions } from './state/shared-state';
import { openStorage } from './storage';
import { SqliteToolStore } from './tool-store';

/** How long streams may go on after the server was told to stop; whatever runs then is cut, and recorded as such. */
export const DRAIN_DEADLINE_MS = 30_000;

export interface StartOptions {
  readonly logger?: Logger;
  /** Watch the gateway besides the metrics. @default none */
  readonly observers?: readonly GatewayObserver[];
  /** @default DRAIN_DEADLINE_MS */
  readonly drainDeadlineMs?: number;
  /** How replicas on one PostgreSQL database watch each other. */
  readonly watch?: WatchOptions;
}

const SILENT: Logger = { warn: () => undefined };

export interface RunningServer {
  /** `http://host:port`, without a trailing slash. */
  readonly url: string;
  /**
   * Puts another configuration in force for what comes next; what is under way ends by the old one. A configuration that
   * cannot be loaded or opened is told to the logger and changes nothing: then false. Address and database stay as they were
   * until the next start.
   */
  reload(load: () => ServerConfig): boolean;
  /** Takes no new connections, finishes what is in flight with its records until the deadline, closes the ledger. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts the control plane. Throws AigovError: LISTEN_PORT_IN_USE, LISTEN_FAILED, LEDGER_*, POLICY_*. */
export async function startServer(
  config: ServerConfig,
  options: StartOptions = {},
): Promise<RunningServer> {
  const { logger, observers = [], drainDeadlineMs = DRAIN_DEADLINE_MS } = options;
  const contexts = createContexts();
  const metrics = new ServerMetrics();
  const storage = await openStorage(config, logger ?? SILENT, options.watch ?? {});
  const { ledger, state } = storage;
  // Beside PostgreSQL nothing is kept on disk: each replica approves MCP tools at first sight until it stops.
  const tools = new SqliteToolStore(
    config.postgres === undefined ? `${config.databasePath}-mcp` : ':memory:',
  );
  const closeStores = async () => {
    tools.close();
    await storage.close();
  };
  const serving = await orClose(closeStores, () => {
    const watching = [metrics.gateway, ...observers];
    return new Serving(config, {
      recorder: ledger,
      contexts,
      state,
      tools,
      observers: watching,
      logger,
    });
  });
  metrics.onConfig(config.providers);
  const api = createApi(
    [
      ...interceptionRoutes(ledger),
      ...recordRoutes(ledger),
      ...relaySessionRoutes(contexts, serving.identities),
      ...mcpToolRoutes(tools, ledger),
    ],
    serving.identities,
  );
  const health = new Health({
    askLedger: () => ledger.listInterceptions({ limit: 1 }),
    isStateReachable: () => state.isReachable,
    isIdentityReachable: () => serving.identities.isReachable,
  });
  const server = createServer({ noDelay: true, keepAlive: true }, (request, response) => {
    const { url = '/' } = request;
    if (health.answer(request, response) || metrics.answer(request, response)) return;
    if (isMcpPath(url)) return void serving.mcp.handle(request, response);
    if (!isApiPath(url)) return void serving.gateway.handle(request, response);
    api(request, response).catch((error: unknown) => onApiFault(error, request, response, options));
  });
  acceptHttp2(server);
  await orClose(
    async () => {
      await serving.close();
      await closeStores();
    },
    () => listen(server, config.listen),
  );
  const close = once(async () => {
    health.isDraining = true;
    const closed = stopListening(server);
    const deadline = setTimeout(() => server.closeAllConnections(), drainDeadlineMs);
    await serving.close();
    clearTimeout(deadline);
    server.closeIdleConnections();
    await closed;
    await closeStores();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: renderUrl(config.listen.host, port),
    reload: (load) => reload(serving, load, metrics, logger),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function reload(
  serving: Serving,
  load: () => ServerConfig,
  metrics: ServerMetrics,
  logger: Logger | undefined,
): boolean {
  const last = serving.config;
  try {
    const config = load();
    serving.replace(config);
    metrics.onConfig(config.providers);
    if (
      JSON.stringify([config.listen, config.databasePath]) !==
      JSON.stringify([last.listen, last.databasePath])
    )
      logger?.warn('address and database stay as they are until the next start');
    return true;
  } catch (error) {
    metrics.onConfig(undefined);
    const faults = error instanceof AigovErrors ? error.faults : [error];
    for (const fault of faults)
      logger?.warn('configuration not taken, the last good one stays', { error: String(fault) });
    return false;
  }
}

/** What is open already is closed when the next step fails. */
async function orClose<T>(close: () => Promise<void>, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    await close();
    throw error;
  }
}

/** `/api/v2/…` belongs to the gateway. */
function isApiPath(url: string): boolean {
  return url.startsWith('/api/v1/') || url === '/api/v1' || url.startsWith('/api/v1?');
}

function onApiFault(
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  { logger }: StartOptions,
): void {
  logger?.warn('API call failed', { path: request.url ?? '/', error: String(error) });
  sendProblem(response, PROBLEMS.internal);
}

function listen(server: Server, { host, port }: ServerConfig['listen']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenFault(host, port, cause)));
    server.listen(port, host, () => resolve());
  });
}

function listenFault(host: string, port: number, cause: NodeJS.ErrnoException): AigovError {
  const at = `listen ${renderHost(host)}:${port}`;
  if (cause.code === 'EADDRINUSE')
    return new AigovError('LISTEN_PORT_IN_USE', `${at}: another process already listens there`, {
      at,
      remedy: 'Stop that process, or set another address under "listen".',
      cause,
    });
  return new AigovError('LISTEN_FAILED', `${at}: ${cause.code ?? cause.message}`, {
    at,
    remedy: 'Set an address of this machine that this user may listen on under "listen".',
    cause,
  });
}

function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

function renderHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function renderUrl(host: string, port: number): string {
  return `http://${renderHost(host)}:${port}`;
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
