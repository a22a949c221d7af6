/** The town's web: one HTTPS port that offers HTTP/2 and one that does not, both for every host by its routes. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TownAuthority } from './certificates';

/** Answers one request; false: not mine. */
export type Route = (request: IncomingMessage, response: ServerResponse) => boolean;

const WEBSOCKET_KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Accepts a WebSocket and sends back each text frame of less than 126 bytes, unmasked. */
function echoWebSocket(request: IncomingMessage, socket: Duplex): void {
  const key = `${request.headers['sec-websocket-key']}${WEBSOCKET_KEY_SUFFIX}`;
  const accept = createHash('sha1').update(key).digest('base64');
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
  socket.write(`${head}Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
  socket.on('error', () => undefined);
  socket.on('data', (frame: Buffer) => {
    const [first = 0, second = 0] = frame;
    const length = second & 0x7f;
    const mask = frame.subarray(2, 6);
    const text = frame.subarray(6, 6 + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
    socket.write(Buffer.concat([Buffer.from([first, length]), text]));
    if ((first & 0x0f) === 8) socket.end();
  });
}

function listen(server: Server | Http2SecureServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export interface Web extends Disposable {
  /** Offers HTTP/2. */
  readonly port: number;
  /** Speaks HTTP/1.1 only. */
  readonly http1Port: number;
}

export async function startWeb(authority: TownAuthority, routes: readonly Route[]): Promise<Web> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => undefined);
    if (routes.some((route) => route(request, response))) return;
    response.writeHead(404);
    response.end('not in this town\n');
  };
  const options = {
    SNICallback: (
      host: string,
      done: (e: null, c: ReturnType<TownAuthority['contextFor']>) => void,
    ) => done(null, authority.contextFor(host)),
  };
  const both = createSecureServer({ ...options, allowHTTP1: true }, (request, response) =>
    answer(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  );
  const one = createServer(options, answer);
  const sockets = new Set<Socket>();
  for (const server of [both, one]) {
    server.on('upgrade', echoWebSocket);
    server.on('connection', (socket: Socket) => sockets.add(socket));
  }
  return {
    port: await listen(both),
    http1Port: await listen(one),
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      both.close();
      one.close();
    },
  };
}
