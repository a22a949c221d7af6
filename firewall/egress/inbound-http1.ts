import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Inbound, ResponseHead } from './exchange';
import { framingFault, headerPairs, type RawHeaders, valuesOf } from './headers';

function hasBody(rawHeaders: RawHeaders): boolean {
  if (valuesOf(rawHeaders, 'transfer-encoding').length > 0) return true;
  return valuesOf(rawHeaders, 'content-length').some((length) => Number(length) > 0);
}

/** `Link` is what 103 exists for; Node writes no other field of it. */
function sendEarlyHints(response: ServerResponse, rawHeaders: RawHeaders): void {
  const link = valuesOf(rawHeaders, 'link');
  try {
    if (link.length > 0) response.writeEarlyHints({ link });
  } catch {
    // Node refuses a Link it cannot parse. A hint may be lost: that is what makes it a hint.
  }
}

/** Does the client wait for 100 before it sends the body? */
function waitsForContinue(rawHeaders: RawHeaders): boolean {
  return valuesOf(rawHeaders, 'expect').some((value) => value.toLowerCase() === '100-continue');
}

/** An exchange of an HTTP/1.1 server. */
export function inboundHttp1(request: IncomingMessage, response: ServerResponse): Inbound {
  const { rawHeaders } = request;
  // The parser takes "HTTP/2.0" in HTTP/1 clothes.
  const isHttp1 = request.httpVersion === '1.1' || request.httpVersion === '1.0';
  const fault = isHttp1 ? framingFault(rawHeaders) : 'Send HTTP/1.1.';
  let isWaiting = waitsForContinue(rawHeaders);
  response.sendDate = false;
  // A write that lost the race against the client's end; `whenGone` tells of it.
  response.on('error', () => response.destroy());
  return {
    protocol: 'http/1.1',
    method: request.method ?? '',
    target: request.url ?? '',
    authorities: valuesOf(rawHeaders, 'host'),
    rawHeaders,
    ...(hasBody(rawHeaders) ? { body: request } : {}),
    ...(fault === undefined ? {} : { fault }),
    trailers: () => request.rawTrailers,
    isGone: () => response.destroyed || response.closed,
    whenGone(listener) {
      response.once('close', () => {
        if (!response.writableFinished) listener();
      });
    },
    inform(status, informational) {
      if (status === 100 && isWaiting) {
        isWaiting = false;
        response.writeContinue();
      }
      if (status === 103) sendEarlyHints(response, informational);
    },
    respond({ status, reason, rawHeaders: headers }) {
      // HTTP/2 has no reason phrase to pass on.
      response.writeHead(status, reason || STATUS_CODES[status], [...headers]);
      return response;
    },
    flush: () => response.flushHeaders(),
    sendTrailers: (rawTrailers) => response.addTrailers(headerPairs(rawTrailers)),
    cut: () => response.destroy(),
  };
}

/** A response on a connection that Node's server has let go (CONNECT, Upgrade); the connection ends with it. */
export function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    response.detachSocket(socket);
    socket.destroySoon();
  });
  return response;
}

function switchingProtocols({ status, reason, rawHeaders }: ResponseHead): string {
  const lines = headerPairs(rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`;
}

/** An exchange that asks to leave HTTP; `early` is what the client sent after its request. */
export function inboundUpgrade(request: IncomingMessage, socket: Socket, early: Buffer): Inbound {
  const response = responseOn(request, socket);
  const inbound = inboundHttp1(request, response);
  return {
    ...inbound,
    // The parser has let go of the connection, so nobody could tell where a body ends.
    ...(inbound.body === undefined ? {} : { fault: 'Send no body with an Upgrade.' }),
    upgrade(head) {
      response.detachSocket(socket);
      socket.write(switchingProtocols(head), 'latin1');
      if (early.length > 0) socket.unshift(early);
      return socket;
    },
  };
}
