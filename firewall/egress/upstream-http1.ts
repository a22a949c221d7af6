import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { lookup } from 'node:dns';
import type { SecureContext, TLSSocket } from 'node:tls';
import { failureOf, limitConnectTime, UpstreamError, vettedLookup } from './dial';
import type { Dialer, ProxyAddress } from './dialer';
import type { Outbound, OutboundEvents, OutboundRequest, ResponseHead } from './exchange';
import { headerPairs, valuesOf } from './headers';
import { http1Headers } from './headers-http2';
import { isAddress, urlAuthority } from './host';
import type { EgressLimits } from './limits';
import { TlsAgent } from './tls-agent';

/** Idle connections kept to one origin. */
const MAX_IDLE_PER_ORIGIN = 64;

export interface UpstreamHttp1 {
  send(request: OutboundRequest, events: OutboundEvents): Outbound;
  /** Takes over a connection made to find out what the origin speaks: the next request goes over it. */
  adopt(origin: Pick<OutboundRequest, 'host' | 'port'>, socket: TLSSocket): void;
  close(): void;
}

export interface UpstreamHttp1Options {
  /** Trusted roots for https. */
  readonly secureContext: SecureContext;
  readonly limits: EgressLimits;
  readonly dialer: Dialer;
}

/** Node frames the body by these headers, which stand where the client put them. */
function framedHeaders(request: OutboundRequest): string[] {
  const { method, hasBody } = request;
  const rawHeaders = http1Headers(request.rawHeaders, request.authority);
  if (request.isUpgrade) return [...rawHeaders, 'Connection', 'Upgrade', 'Upgrade', 'websocket'];
  const isFramed =
    valuesOf(rawHeaders, 'content-length').length +
      valuesOf(rawHeaders, 'transfer-encoding').length >
    0;
  if (isFramed) return [...rawHeaders];
  if (hasBody) return [...rawHeaders, 'Transfer-Encoding', 'chunked'];
  // Else Node would frame the absent body of a POST as chunked; RFC 9110 §8.6 wants this instead.
  return ['POST', 'PUT', 'PATCH'].includes(method)
    ? [...rawHeaders, 'Content-Length', '0']
    : [...rawHeaders];
}

/** Plain HTTP by the company's proxy: absolute-form, to the proxy's address, which is ours to resolve. */
function viaProxy(request: OutboundRequest, { host, port, authorization }: ProxyAddress) {
  const headers = framedHeaders(request);
  const credentials = authorization === undefined ? [] : ['Proxy-Authorization', authorization];
  const path = `http://${urlAuthority('http', request.host, request.port)}${request.path}`;
  return { host, port, path, headers: [...headers, ...credentials], lookup };
}

function responseHead(response: IncomingMessage): ResponseHead {
  return {
    status: response.statusCode ?? 0,
    reason: response.statusMessage ?? '',
    rawHeaders: response.rawHeaders,
  };
}

function reportResponse(response: IncomingMessage, events: OutboundEvents): void {
  response.on('error', (error) => events.failure(failureOf(error)));
  events.response({
    ...responseHead(response),
    body: response,
    trailers: () => response.rawTrailers,
  });
}

/** HTTP/1.1 to origins over kept connections; header order, spelling and body framing stay the client's. */
export function createUpstreamHttp1({
  secureContext,
  limits,
  dialer,
}: UpstreamHttp1Options): UpstreamHttp1 {
  const pool = {
    keepAlive: true,
    timeout: limits.idleUpstreamTimeoutMs,
    maxFreeSockets: MAX_IDLE_PER_ORIGIN,
    maxTotalSockets: Number.POSITIVE_INFINITY,
    scheduling: 'lifo',
  } as const;
  const agents = {
    http: new HttpAgent(pool),
    https: new TlsAgent({ ...pool, secureContext }, dialer),
  };

  const start = (request: OutboundRequest): ClientRequest => {
    const options = {
      host: request.host,
      port: request.port,
      method: request.method,
      path: request.path,
      headers: framedHeaders(request),
      setHost: false,
      maxHeaderSize: limits.maxHeadBytes,
      lookup: vettedLookup(request.addresses),
      autoSelectFamily: true,
    };
    const proxy = dialer.proxyFor(request.host);
    const client =
      request.scheme === 'http'
        ? httpRequest({ ...options, ...(proxy && viaProxy(request, proxy)), agent: agents.http })
        : httpsRequest({
            ...options,
            agent: agents.https,
            servername: isAddress(request.host) ? '' : request.host,
          });
    client.maxHeadersCount = 0;
    return client;
  };

  const watch = (client: ClientRequest, request: OutboundRequest, events: OutboundEvents): void => {
    const timer = setTimeout(() => {
      client.destroy(new UpstreamError({ code: 'response_timeout' }));
    }, limits.responseTimeoutMs);
    client.on('socket', (socket) =>
      limitConnectTime(socket, request.scheme === 'https', limits.connectTimeoutMs),
    );
    client.on('information', ({ statusCode, rawHeaders }) =>
      events.information(statusCode, rawHeaders),
    );
    client.on('response', (response) => {
      clearTimeout(timer);
      reportResponse(response, events);
    });
    if (request.isUpgrade) {
      client.on('upgrade', (response, socket, early) => {
        clearTimeout(timer);
        if (early.length > 0) socket.unshift(early);
        events.upgraded(responseHead(response), socket);
      });
    }
    client.on('close', () => clearTimeout(timer));
  };

  return {
    send(request, events) {
      const client = start(request);
      watch(client, request, events);
      client.on('error', (error) => {
        const failure = failureOf(error);
        const isUnseen = client.reusedSocket && failure.code === 'upstream_closed';
        events.failure({ ...failure, isUnseen });
      });
      return {
        body: client,
        sendTrailers: (rawHeaders) => client.addTrailers(headerPairs(rawHeaders)),
        cancel: () => client.destroy(),
      };
    },
    adopt: ({ host, port }, socket) => agents.https.adopt(`${host}:${port}`, socket),
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}
