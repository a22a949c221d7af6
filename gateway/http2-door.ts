import { request as startRequest, type IncomingMessage, type Server } from 'node:http';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { duplexPair, type Duplex } from 'node:stream';
import { returnedToHttp2 } from './headers';

/** What Node's HTTP/1 parser says when a client begins to speak HTTP/2. */
const SPEAKS_HTTP2 = 'HPE_PAUSED_H2_UPGRADE';

/** A connection without traffic takes no new streams from then on and ends with its last, or a server could not stop. */
const IDLE_MS = 5_000;

type ParserFault = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/**
 * Lets an HTTP/1 server answer clients that speak HTTP/2 without TLS from the first byte, as AWS's SDK for Bedrock does.
 * Each stream becomes an HTTP/1 request to the same server over a pipe in memory, so that everything behind it is as
 * ever; other clients pay nothing. `onPipe` is told which connection a pipe belongs to.
 */
export function acceptHttp2(
  server: Server,
  onPipe: (pipe: Duplex, connection: Socket) => void = () => undefined,
): void {
  const handedOver = new WeakSet<Socket>();
  const sessions = createServer();
  const onStream = (socket: Socket, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const { near, far } = openPipe();
    onPipe(far, socket);
    server.emit('connection', far);
    relayStream(stream, headers, near);
  };
  server.on('clientError', (fault: ParserFault, socket: Socket) => {
    // The HTTP/1 side still counts the connection among its own, and in time complains that no request came.
    if (handedOver.has(socket)) return;
    if (fault.code !== SPEAKS_HTTP2) return answerFault(fault, socket);
    handedOver.add(socket);
    release(socket, fault.rawPacket);
    sessions.once('session', (session) => {
      session.on('stream', (stream, headers) => onStream(socket, stream, headers));
      session.setTimeout(IDLE_MS, () => session.close());
    });
    sessions.emit('connection', socket);
  });
}

/** Takes a socket out of the HTTP/1 server's hands. A `data` listener makes the parser let go of its handle. */
function release(socket: Socket, received: Buffer | undefined): void {
  for (const event of ['data', 'end', 'drain', 'error', 'timeout'])
    socket.removeAllListeners(event);
  const ignore = () => undefined;
  socket.on('data', ignore).removeListener('data', ignore).pause();
  if (received !== undefined) socket.unshift(received);
}

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** As Node answers when nobody listens. */
function answerFault({ code = '' }: ParserFault, socket: Socket): void {
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${STATUS_LINES[code] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`,
    );
  socket.destroy();
}

/** Two ends in memory; when one is destroyed so is the other. */
function openPipe(): { near: Duplex; far: Duplex } {
  const [near, far] = duplexPair();
  near.on('close', () => far.destroy());
  far.on('close', () => near.destroy());
  // Sockets have it, and a cut answer is ended with it.
  Object.assign(far, { destroySoon: () => far.end(() => far.destroy()) });
  return { near, far };
}

function relayStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, pipe: Duplex): void {
  const request = startRequest({
    // Node then uses no agent, so that a pipe serves one stream.
    createConnection: () => pipe,
    method: headers[':method'],
    path: headers[':path'],
    headers: requestHeaders(headers),
  });
  // Closed, a stream would first end properly.
  const reset = (fault: Error) => void stream.destroy(fault);
  stream.on('error', () => pipe.destroy());
  stream.on('close', () => pipe.destroy());
  request.on('error', reset);
  request.on('response', (answer) => relayAnswer(answer, stream, reset));
  stream.pipe(request);
}

/** A cut answer resets the stream: its client sees the cut. */
function relayAnswer(
  answer: IncomingMessage,
  stream: ServerHttp2Stream,
  reset: (fault: Error) => void,
): void {
  answer.on('error', reset);
  if (stream.destroyed) return;
  stream.respond({ ':status': answer.statusCode ?? 502, ...returnedToHttp2(answer.rawHeaders) });
  answer.pipe(stream);
}

function requestHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith(':'));
  const host = headers[':authority'] ?? headers.host ?? '';
  return { ...(Object.fromEntries(kept) as Record<string, string | string[]>), host };
}
