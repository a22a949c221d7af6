import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Decision } from '../../policy';
import { handleConnect } from './connect-method';
import type { Connection } from './connection';
import { errorCode } from './error-code';
import type { Inbound } from './exchange';
import { type ExchangeParts, handleExchange } from './exchange-handler';
import { inboundHttp1, inboundUpgrade } from './inbound-http1';
import type { EgressLimits } from './limits';
import { serveHttp2 } from './serve-http2';

export interface HttpFrontendParts extends ExchangeParts {
  readonly limits: EgressLimits;
  /** Takes what follows a CONNECT. */
  readonly route: (socket: Socket, connection: Connection) => void;
  /** Registers work that has to finish before egress is closed; a fault in it is reported there. */
  readonly track: (work: Promise<void>) => void;
}

/** Serves HTTP to the clients in the jails. */
export interface HttpFrontend {
  /** Takes over a connection that speaks HTTP/1.1. */
  serve(socket: Socket, connection: Connection): void;
  /** Takes over a connection that speaks HTTP/2. */
  serveHttp2(socket: Socket, connection: Connection): void;
}

/** Requests one HTTP/1.1 connection may have sent ahead; no client we know sends more than a few. */
const MAX_PIPELINED = 64;

const UNREADABLE = {
  effect: 'deny',
  reason: 'ambiguous_target',
  remedy: 'Send HTTP that has one meaning only.',
} as const satisfies Decision;

const STATUS_OF_FAULT: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
};

function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

export function createHttpFrontend(parts: HttpFrontendParts): HttpFrontend {
  const { limits, route, track, admission } = parts;
  const connections = new WeakMap<Socket, Connection>();
  /** Answers under way on a socket: until they are through nothing else may be written to it. */
  const underWay = new WeakMap<Socket, number>();

  const server = createServer({
    maxHeaderSize: limits.maxHeadBytes,
    keepAliveTimeout: limits.idleClientTimeoutMs,
    // Uploads and streams last as long as they last.
    requestTimeout: 0,
    // A missing Host is our refusal to give, and to record.
    requireHostHeader: false,
  });
  server.maxHeadersCount = 0;

  const handle = (connection: Connection, inbound: Inbound): void =>
    track(
      handleExchange(parts, connection, inbound).catch((error: unknown) => {
        inbound.cut();
        throw error;
      }),
    );

  const exchange = (socket: Socket, inbound: Inbound): void => {
    const connection = connections.get(socket);
    if (connection !== undefined) handle(connection, inbound);
  };

  const recordFault = (connection: Connection, fault: string): void => {
    const { session, process, host, port } = connection;
    const data = { protocol: 'http/1.1', host, port, isInspected: true, fault };
    track(admission.trail.event({ kind: 'egress', session, process, decision: UNREADABLE, data }));
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    const connection = connections.get(socket);
    const count = (underWay.get(socket) ?? 0) + 1;
    if (connection === undefined || count > MAX_PIPELINED) {
      if (connection !== undefined) recordFault(connection, 'too_many_pipelined');
      socket.destroy();
      return;
    }
    underWay.set(socket, count);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    exchange(socket, inboundHttp1(request, response));
  };
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  server.on('checkExpectation', onRequest);

  /** CONNECT and Upgrade take the whole connection: not while an earlier answer is still on its way over it. */
  const isFree = (socket: Socket): boolean => {
    if ((underWay.get(socket) ?? 0) === 0) return true;
    const connection = connections.get(socket);
    if (connection !== undefined) recordFault(connection, 'switched_while_answering');
    socket.destroy();
    return false;
  };

  server.on('upgrade', (request: IncomingMessage, socket: Socket, early: Buffer) => {
    if (!isFree(socket)) return;
    const inbound = inboundUpgrade(request, socket, early);
    if (isWebSocket(request)) {
      exchange(socket, inbound);
      return;
    }
    // Other upgrades (h2c) are declined by answering in HTTP/1.1, as RFC 9110 §7.8 lets a server do.
    const { upgrade: _declined, ...plain } = inbound;
    exchange(socket, plain);
  });

  server.on('connect', (request: IncomingMessage, socket: Socket, early: Buffer) => {
    const connection = connections.get(socket);
    if (connection === undefined || !isFree(socket)) return;
    track(
      handleConnect(admission, connection, request, socket).then((inner) => {
        if (inner === undefined || socket.destroyed) return;
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        if (early.length > 0) socket.unshift(early);
        route(socket, inner);
      }),
    );
  });

  server.on('clientError', (error: Error, socket: Socket) => {
    const code = errorCode(error);
    const connection = connections.get(socket);
    if (connection === undefined || !socket.writable || !code.startsWith('HPE_')) {
      socket.destroy();
      return;
    }
    recordFault(connection, code);
    if ((underWay.get(socket) ?? 0) > 0) {
      socket.destroy();
      return;
    }
    const status = STATUS_OF_FAULT[code] ?? '400 Bad Request';
    const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n`;
    socket.end(`${head}x-aigov-decision: deny\r\nx-aigov-reason: ambiguous_target\r\n\r\n`);
  });

  return {
    serve(socket, connection) {
      connections.set(socket, connection);
      server.emit('connection', socket);
    },
    serveHttp2(socket, connection) {
      serveHttp2(socket, limits, (inbound) => handle(connection, inbound));
    },
  };
}
