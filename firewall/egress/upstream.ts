import type { Socket } from 'node:net';
import { failureOf } from './dial';
import { createTlsDialer, type TlsDialerOptions } from './dial-tls';
import type { OutboundRequest, Prepared, Way } from './exchange';
import { createUpstreamHttp1 } from './upstream-http1';
import { createHttp2Connection, type Http2Connection } from './upstream-http2';

/** How long we remember that an origin speaks HTTP/1.1 only, and of how many. */
const REMEMBER_HTTP1_MS = 600_000;
const MAX_REMEMBERED_ORIGINS = 1_024;

/** Connections to origins, kept and shared between the requests of all jails. */
export interface Upstream {
  /** Finds or opens the way for a request: HTTP/2 where the origin offers it. Never rejects. */
  prepare(request: OutboundRequest): Prepared | Promise<Prepared>;
  close(): void;
}

export interface UpstreamOptions extends TlsDialerOptions {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

function originOf({ scheme, host, port }: OutboundRequest): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Remembers origins that turned out to speak HTTP/1.1. */
function createMemory(clock: () => number) {
  const untilMs = new Map<string, number>();
  return {
    has: (origin: string): boolean => {
      const until = untilMs.get(origin) ?? 0;
      const left = until - clock();
      return left > 0 && left <= REMEMBER_HTTP1_MS;
    },
    add(origin: string): void {
      untilMs.delete(origin);
      untilMs.set(origin, clock() + REMEMBER_HTTP1_MS);
      for (const oldest of untilMs.keys()) {
        if (untilMs.size <= MAX_REMEMBERED_ORIGINS) break;
        untilMs.delete(oldest);
      }
    },
  };
}

export function createUpstream(options: UpstreamOptions): Upstream {
  const { limits, clock } = options;
  const dialTls = createTlsDialer(options);
  const http1 = createUpstreamHttp1({ dialTls, limits, dialer: options.dialer });
  const speaksHttp1 = createMemory(clock);
  const connections = new Map<string, Set<Http2Connection>>();
  const negotiations = new Map<string, Promise<Http2Connection | 'http1'>>();

  const keep = (origin: string, socket: Socket): Http2Connection => {
    const all = connections.get(origin) ?? new Set();
    connections.set(origin, all);
    const connection = createHttp2Connection(socket, origin, limits, () => {
      all.delete(connection);
      if (all.size === 0) connections.delete(origin);
    });
    all.add(connection);
    return connection;
  };

  const negotiate = async (request: OutboundRequest): Promise<Http2Connection | 'http1'> => {
    const origin = originOf(request);
    if (request.scheme === 'http') {
      const socket = await options.dialer.dial(request);
      return keep(origin, socket);
    }
    const socket = await dialTls(request, ['h2', 'http/1.1']);
    if (socket.alpnProtocol === 'h2') return keep(origin, socket);
    speaksHttp1.add(origin);
    http1.adopt(request, socket);
    return 'http1';
  };

  /** Requests that come while the first is still connecting wait for it. */
  const negotiateOnce = (request: OutboundRequest): Promise<Http2Connection | 'http1'> => {
    const origin = originOf(request);
    const known = negotiations.get(origin);
    if (known !== undefined) return known;
    const started = negotiate(request).finally(() => negotiations.delete(origin));
    negotiations.set(origin, started);
    return started;
  };

  const isHttp1Only = (request: OutboundRequest): boolean =>
    request.isUpgrade ||
    (request.scheme === 'http' ? !request.isHttp2 : speaksHttp1.has(originOf(request)));

  const viaHttp2 = (connection: Http2Connection, request: OutboundRequest): Way => ({
    send: (events) => connection.send(request, events),
    release: () => undefined,
  });

  const findOut = async (request: OutboundRequest): Promise<Prepared> => {
    try {
      const found = await negotiateOnce(request);
      return found === 'http1' ? await http1.prepare(request) : viaHttp2(found, request);
    } catch (error) {
      return failureOf(error);
    }
  };

  return {
    prepare(request) {
      if (isHttp1Only(request)) return http1.prepare(request);
      for (const connection of connections.get(originOf(request)) ?? []) {
        if (connection.isOpen()) return viaHttp2(connection, request);
      }
      return findOut(request);
    },
    close() {
      for (const all of connections.values()) for (const connection of all) connection.close();
      http1.close();
    },
  };
}
