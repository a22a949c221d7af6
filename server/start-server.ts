import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openLedger } from '../audit';
import {
  createContexts,
  createGateway,
  createMcpGateway,
  isMcpPath,
  PUBLISHED_PRICES,
  type Logger,
} from '../gateway';
import { AigovError } from '../policy';
import { interceptionRoutes } from './api/interceptions';
import { recordRoutes } from './api/records';
import { mcpToolRoutes } from './api/mcp-tools';
import { relaySessionRoutes } from './api/relay-sessions';
import { createApi } from './api/router';
import { PROBLEMS, sendProblem } from './api/problem';
import type { ServerConfig } from './config';
import { answerHealth } from './health';
import { SqliteToolStore } from './tool-store';
import { createPolicySource } from './policy-source';
import { openEmbeddedState } from './state/shared-state';
import { authenticateWith, createIdentities } from './identity/identities';

export interface StartOptions {
  readonly logger?: Logger;
}

export interface RunningServer {
  /** `http://host:port`, without a trailing slash. */
  readonly url: string;
  /** Takes no new connections, finishes what is in flight with its records, closes the ledger. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts the control plane. Throws AigovError: LISTEN_PORT_IN_USE, LISTEN_FAILED, LEDGER_*, POLICY_*. */
export async function startServer(
  config: ServerConfig,
  options: StartOptions = {},
): Promise<RunningServer> {
  const policy = createPolicySource(config.policies);
  const identities = createIdentities(config, options.logger);
  const contexts = createContexts();
  const ledger = await openLedger({ path: config.databasePath });
  const state = openEmbeddedState(`${config.databasePath}-budgets`);
  const gateway = createGateway({
    providers: config.providers,
    authenticate: authenticateWith(identities),
    policy,
    recorder: ledger,
    prices: PUBLISHED_PRICES,
    budgets: state.budgets,
    rateLimiter: state.rateLimiter,
    cooldowns: state.cooldowns,
    contexts,
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  const tools = new SqliteToolStore(`${config.databasePath}-mcp`);
  const mcp = createMcpGateway({
    servers: config.mcpServers ?? [],
    authenticate: authenticateWith(identities),
    policy,
    recorder: ledger,
    tools,
    contexts,
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  const api = createApi(
    [
      ...interceptionRoutes(ledger),
      ...recordRoutes(ledger),
      ...relaySessionRoutes(contexts, identities),
      ...mcpToolRoutes(tools, ledger),
    ],
    identities,
  );
  const readiness = { isDraining: false };
  const server = createServer({ noDelay: true, keepAlive: true }, (request, response) => {
    if (answerHealth(request, response, readiness)) return;
    if (isMcpPath(request.url ?? '/')) return void mcp.handle(request, response);
    if (!isApiPath(request.url ?? '/')) return void gateway.handle(request, response);
    api(request, response).catch((error: unknown) => onApiFault(error, request, response, options));
  });
  try {
    await listen(server, config.listen);
  } catch (error) {
    await Promise.all([gateway.close(), mcp.close(), ledger.close(), identities.close()]);
    tools.close();
    await state.close();
    throw error;
  }
  const close = once(async () => {
    readiness.isDraining = true;
    const closed = stopListening(server);
    await Promise.all([gateway.close(), mcp.close()]);
    server.closeIdleConnections();
    await closed;
    await Promise.all([ledger.close(), identities.close()]);
    tools.close();
    await state.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: renderUrl(config.listen.host, port), close, [Symbol.asyncDispose]: close };
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
