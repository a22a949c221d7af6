import type { Socket } from 'node:net';
import { dialTcp, failureOf } from './dial';
import type { DialTls } from './dial-tls';
import type { Dialer } from './dialer';
import type { OutboundRequest, Prepared, Way } from './exchange';
import { type ConnectionKeeper, Http1Connection, type Http1Send } from './http1-connection';
import { requestHead } from './http1-request';
import type { EgressLimits } from './limits';

/** Idle connections kept to one origin. */
const MAX_IDLE_PER_ORIGIN = 64;

/** HTTP/1.1 to origins over kept connections. */
export interface UpstreamHttp1 {
  /** Takes a kept connection, else opens one. Never rejects. */
  prepare(request: OutboundRequest): Prepared | Promise<Prepared>;
  /** Takes over a connection made to find out what the origin speaks: the next request goes over it. */
  adopt(request: OutboundRequest, socket: Socket): void;
  close(): void;
}

export interface UpstreamHttp1Options {
  readonly dialTls: DialTls;
  readonly limits: EgressLimits;
  readonly dialer: Dialer;
  /** Milliseconds, never set back. */
  readonly nowMs?: () => number;
}

interface Idle {
  readonly connection: Http1Connection;
  readonly sinceMs: number;
}

/** Connections that wait for the next request to their origin: the last one used is used first. */
class IdleConnections {
  readonly #byOrigin = new Map<string, Idle[]>();
  readonly #sweep: NodeJS.Timeout;

  constructor(
    private readonly maxIdleMs: number,
    private readonly nowMs: () => number,
  ) {
    this.#sweep = setInterval(() => this.#closeOld(), Math.max(maxIdleMs / 4, 1)).unref();
  }

  take(origin: string): Http1Connection | undefined {
    const idle = this.#byOrigin.get(origin);
    for (let last = idle?.pop(); last !== undefined; last = idle?.pop()) {
      if (last.connection.isOpen && this.#isFresh(last)) return last.connection;
      last.connection.socket.destroy();
    }
    return undefined;
  }

  put(origin: string, connection: Http1Connection): void {
    const idle = this.#byOrigin.get(origin) ?? [];
    this.#byOrigin.set(origin, idle);
    idle.push({ connection, sinceMs: this.nowMs() });
    if (idle.length > MAX_IDLE_PER_ORIGIN) idle.shift()?.connection.socket.destroy();
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const idle of this.#byOrigin.values()) {
      for (const { connection } of idle) connection.socket.destroy();
    }
    this.#byOrigin.clear();
  }

  #isFresh({ sinceMs }: Idle): boolean {
    return this.nowMs() - sinceMs < this.maxIdleMs;
  }

  #closeOld(): void {
    for (const [origin, idle] of this.#byOrigin) {
      const fresh = idle.filter((one) => one.connection.isOpen && this.#isFresh(one));
      for (const one of idle) if (!fresh.includes(one)) one.connection.socket.destroy();
      if (fresh.length === 0) this.#byOrigin.delete(origin);
      else this.#byOrigin.set(origin, fresh);
    }
  }
}

export function createUpstreamHttp1(options: UpstreamHttp1Options): UpstreamHttp1 {
  const { dialTls, limits, dialer, nowMs = () => performance.now() } = options;
  const idle = new IdleConnections(limits.idleUpstreamTimeoutMs, nowMs);
  const open = new Set<Http1Connection>();

  /** Plain HTTP goes by the company's proxy in absolute-form, over connections that serve every host. */
  const proxyOf = ({ scheme, host }: OutboundRequest) =>
    scheme === 'http' ? dialer.proxyFor(host) : undefined;

  const originOf = (request: OutboundRequest): string => {
    const proxy = proxyOf(request);
    return proxy === undefined
      ? `${request.scheme} ${request.host} ${request.port}`
      : `proxy ${proxy.host} ${proxy.port}`;
  };

  const dial = (request: OutboundRequest): Promise<Socket> => {
    if (request.scheme === 'https') return dialTls(request, ['http/1.1']);
    const proxy = proxyOf(request);
    return proxy === undefined
      ? dialTcp(request.host, request.port, request.addresses, limits)
      : dialTcp(proxy.host, proxy.port, undefined, limits);
  };

  const keep = (origin: string, socket: Socket): Http1Connection => {
    const keeper: ConnectionKeeper = {
      park: (connection) => idle.put(origin, connection),
      forget: (connection) => open.delete(connection),
    };
    const connection = new Http1Connection(socket, limits, keeper);
    open.add(connection);
    return connection;
  };

  const sayingOf = (request: OutboundRequest): Http1Send => ({
    ...request,
    head: requestHead(request, proxyOf(request)),
  });

  const wayOver = (connection: Http1Connection, origin: string, said: Http1Send): Way => ({
    send: (events) => connection.send(said, events),
    release: () => idle.put(origin, connection),
  });

  return {
    prepare(request) {
      try {
        const said = sayingOf(request);
        const origin = originOf(request);
        const kept = idle.take(origin);
        if (kept !== undefined) return wayOver(kept, origin, said);
        const dialled = dial(request);
        return dialled.then((socket) => wayOver(keep(origin, socket), origin, said), failureOf);
      } catch (error) {
        return failureOf(error);
      }
    },
    adopt(request, socket) {
      const origin = originOf(request);
      idle.put(origin, keep(origin, socket));
    },
    close() {
      idle.close();
      for (const connection of open) connection.socket.destroy();
    },
  };
}
