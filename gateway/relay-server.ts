import type { IncomingMessage, ServerResponse } from 'node:http';
import { PLACEHOLDER_KEY } from '../clients';
import { receiveBody } from './body';
import type { RequestClaims } from './context';
import { readOwnKey, secretOf, type OwnKey } from './credentials';
import { forward, type ExchangeEnding } from './forward';
import { CONTEXT_HEADER, forwardedRequestHeaders, withoutHeader } from './headers';
import { InFlight } from './in-flight';
import { DEFAULT_LIMITS } from './limits';
import { SILENT } from './logger';
import { endpointOfAnyType, openPool } from './provider';
import { anthropicMessages } from './providers/anthropic';
import type { Refusal, WireFormat } from './providers/wire-format';
import { REFUSALS, sendRefusal, sendUnsupportedRoute, sendUpgradeRefused } from './refuse';
import { ModelGate } from './relay-model-gate';
import type { Relay, RelayOptions } from './relay-options';
import { RelaySession } from './relay-session';
import { ToolGate } from './relay-tool-gate';
import { isProbe, isWebSocketUpgrade, parseGatewayRoute } from './routes';

/** The relay in front of an aigov server: placeholder key in, session token and attribution out, bytes unchanged. */
export function createServerRelay(options: RelayOptions, url: string): Relay {
  const relay = new ServerRelay(options, new URL(url));
  const inFlight = new InFlight();
  return {
    handle: (request, response, claims = {}) =>
      inFlight.track(relay.handle(request, response, claims)),
    async close() {
      await inFlight.drained();
      await relay.close();
    },
  };
}

/** One request with all that is needed to send it, again if the server asks for a new registration. */
interface Outgoing {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly credential: OwnKey;
  readonly claims: RequestClaims;
  readonly body: Buffer | null;
  /** How the answer is read, where its tool calls may be judged. */
  readonly read: WireFormat | undefined;
}

class ServerRelay {
  readonly #options: RelayOptions;
  readonly #limits;
  readonly #pool;
  readonly #session: RelaySession;
  readonly #host: string;
  readonly #basePath: string;
  readonly #gate: ModelGate;
  readonly #toolGate: ToolGate;
  readonly #logger;

  constructor(options: RelayOptions, base: URL) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#pool = openPool(base.origin, this.#limits);
    this.#host = base.host;
    this.#basePath = base.pathname.replace(/\/+$/, '');
    this.#toolGate = new ToolGate(options);
    this.#gate = new ModelGate(options, this.#limits.maxDecodedBytes);
    this.#logger = options.logger ?? SILENT;
    const { sessionToken, workspace, taskId } = options;
    this.#session = new RelaySession({
      dispatcher: this.#pool,
      basePath: this.#basePath,
      host: this.#host,
      sessionToken,
      facts: { workspace, ...(taskId === undefined ? {} : { taskId }) },
      logger: this.#logger,
    });
  }

  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    claims: RequestClaims,
  ): Promise<void> {
    try {
      await this.#handle(request, response, claims);
    } catch (error) {
      this.#logger.warn('exchange failed', { error: String(error) });
      response.destroy();
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #handle(
    request: IncomingMessage,
    response: ServerResponse,
    claims: RequestClaims,
  ): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    // Only gateway routes: the session token must not open the server's other doors to whoever reaches this port.
    const route = parseGatewayRoute(url);
    if (route === undefined) return sendUnsupportedRoute(response, method, url);
    if (isWebSocketUpgrade(request.headers)) return sendUpgradeRefused(response);
    if (isProbe(method, route.path)) return void response.writeHead(200).end();
    const format = formatOf(method, route.path);
    const credential = readOwnKey(request.headers);
    if (credential === undefined) return this.#refuse(response, format, REFUSALS.tokenMissing);
    const body = await receiveBody(request, this.#limits.maxBodyBytes);
    if (body.kind === 'client_gone') return;
    if (body.kind === 'too_large') return this.#refuse(response, format, REFUSALS.bodyTooLarge);
    const bytes = body.kind === 'body' ? body.bytes : null;
    const refusal = await this.#gate.check(request, route, bytes, claims);
    if (refusal !== undefined) return this.#refuse(response, format, refusal);
    const endpoint = endpointOfAnyType(method, route.path);
    const read = endpoint?.kind === 'intercepted' ? endpoint.format : undefined;
    await this.#send({ request, response, credential, claims, body: bytes, read }, format);
  }

  async #send(outgoing: Outgoing, format: WireFormat): Promise<void> {
    let ending = await this.#attempt(outgoing, true);
    if (ending.kind === 'declined') {
      // A restarted server forgot this registration. It refused before the request went anywhere, so it is sent again.
      this.#session.forget();
      ending = await this.#attempt(outgoing, false);
    }
    if (ending.kind !== 'upstream_error') return;
    this.#logger.warn('server unreachable', { error: ending.error.message });
    sendRefusal(outgoing.response, format, REFUSALS.serverUnreachable);
  }

  async #attempt(outgoing: Outgoing, mayDecline: boolean): Promise<ExchangeEnding> {
    const { request, response, credential, claims, body, read } = outgoing;
    const context = await this.#session.header(claims);
    const forwarded = forwardedRequestHeaders(request.rawHeaders);
    const isJudged = read !== undefined && this.#toolGate.isOn;
    const headers = isJudged ? withoutHeader(forwarded, 'accept-encoding') : forwarded;
    headers.push('host', this.#host, ...this.#credentialHeaders(credential));
    if (context !== undefined) headers.push(CONTEXT_HEADER, context);
    const { method = 'GET', url = '/' } = request;
    return forward(
      { dispatcher: this.#pool, method, path: `${this.#basePath}${url}`, headers, body },
      response,
      {
        declines: (status, answered) => mayDecline && isContextExpired(status, answered),
        filterFor: (status, answered) =>
          read && this.#toolGate.filterFor(read, claims, status, answered),
        onHead: () => undefined,
        onData: () => undefined,
      },
    );
  }

  /** The placeholder becomes the session token; a key of the caller's own goes along beside it. */
  #credentialHeaders({ header, value }: OwnKey): readonly string[] {
    const token = this.#options.sessionToken();
    const isPlaceholder = secretOf(value) === PLACEHOLDER_KEY;
    if (isPlaceholder) return ['authorization', `Bearer ${token}`];
    return ['x-coder-ai-governance-token', token, header, value];
  }

  #refuse(response: ServerResponse, format: WireFormat, refusal: Refusal): void {
    this.#logger.warn('request refused', { code: refusal.code });
    sendRefusal(response, format, refusal);
  }
}

function formatOf(method: string, path: string): WireFormat {
  const endpoint = endpointOfAnyType(method, path);
  return endpoint?.kind === 'intercepted' ? endpoint.format : anthropicMessages;
}

/** The server wants the relay to register again. */
export function isContextExpired(status: number, headers: readonly Buffer[]): boolean {
  if (status !== 401) return false;
  const at = headers.findIndex((name) => name.toString('latin1') === 'x-aigov-error');
  return headers[at + 1]?.toString('latin1') === REFUSALS.contextExpired.code;
}
