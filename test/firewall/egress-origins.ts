/** Origins and clients of the egress tests: real servers and sockets on loopback. */
import { once } from 'node:events';
import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTlsOrigin, request as httpsRequest } from 'node:https';
import { connect as tcpConnect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { JAIL_AUTHORITY, listen, ORIGIN_AUTHORITY } from './egress-world';

const closing: (() => void)[] = [];

/** Runs when the test is over. */
export function atEnd(close: () => void): void {
  closing.push(close);
}

/** To be registered with `afterEach`. */
export function endAll(): void {
  for (const close of closing.splice(0)) close();
}

async function start(server: Server): Promise<number> {
  const port = await listen(server);
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return port;
}

/** An origin that serves HTTP; its port. */
export function httpOrigin(listener: RequestListener): Promise<number> {
  return start(createServer({ maxHeaderSize: 128 * 1024 }, listener));
}

function tlsFor(host: string) {
  return {
    SNICallback: (
      _name: string,
      done: (e: null, c: ReturnType<typeof ORIGIN_AUTHORITY.contextFor>) => void,
    ) => done(null, ORIGIN_AUTHORITY.contextFor(host)),
  };
}

/** An origin that serves HTTPS with a certificate for `host`; its port. */
export function httpsOrigin(listener: RequestListener, host = 'allowed.test'): Promise<number> {
  return start(createTlsOrigin(tlsFor(host), listener));
}

/** An origin that offers HTTP/2. */
export async function http2Origin(
  onStream: (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void,
): Promise<number> {
  const server: Http2SecureServer = createSecureServer(tlsFor('allowed.test'));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    onStream(stream, headers);
  });
  const port = await listen(server);
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return port;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** One request through a door, as a client in the jail makes it. */
export async function ask(
  options: { port: number; isTls?: boolean; serverName?: string } & Record<string, unknown>,
  body?: string,
): Promise<Answer> {
  const { isTls = false, serverName, ...rest } = options;
  const tls = { servername: serverName ?? 'allowed.test', ca: JAIL_AUTHORITY.certificatePem };
  const request = isTls
    ? httpsRequest({ host: '127.0.0.1', agent: false, ...tls, ...rest })
    : httpRequest({ host: '127.0.0.1', agent: false, ...rest });
  request.end(body);
  const [response] = await once(request, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** Sends bytes as they are, returns all that comes back until the other side ends. */
export async function raw(port: number, bytes: string, isHalfClosed = false): Promise<string> {
  const socket = tcpConnect(port, '127.0.0.1');
  if (isHalfClosed) socket.end(bytes);
  else socket.write(bytes);
  return text(socket);
}
