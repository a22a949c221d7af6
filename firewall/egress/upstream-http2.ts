import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Socket } from 'node:net';
import { failureOf, UpstreamError } from './dial';
import type { Outbound, OutboundEvents, OutboundRequest, UpstreamFailure } from './exchange';
import type { RawHeaders } from './headers';
import { endWithTrailers, http2Headers, withoutPseudoHeaders } from './headers-http2';
import type { EgressLimits } from './limits';

/** Large enough for a body to flow over a long way; what is read but not yet passed on stays below it. */
const STREAM_WINDOW_BYTES = 256 * 1024;
/** A connection without streams is closed after this long. */
const IDLE_SESSION_MS = 60_000;

/** One HTTP/2 connection to an origin. */
export interface Http2Connection {
  /** False once it takes no new streams: closed, going away, or full. */
  isOpen(): boolean;
  send(request: OutboundRequest, events: OutboundEvents): Outbound;
  close(): void;
}

function requestHeaders(request: OutboundRequest): OutgoingHttpHeaders {
  return {
    ':method': request.method,
    ':scheme': request.scheme,
    ':authority': request.authority,
    ':path': request.path,
    ...http2Headers(request.rawHeaders),
  };
}

function isInformational(status: unknown): boolean {
  return typeof status === 'number' && status >= 100 && status < 200;
}

function watch(
  stream: ClientHttp2Stream,
  events: OutboundEvents,
  limits: EgressLimits,
  trailersToSend: () => RawHeaders,
): void {
  let trailers: RawHeaders = [];
  let hasResponse = false;
  const timer = setTimeout(() => {
    stream.destroy(new UpstreamError({ code: 'response_timeout' }));
  }, limits.responseTimeoutMs);
  stream.on('headers', (headers, _flags, raw: RawHeaders) => {
    const status = headers[':status'];
    if (isInformational(status)) events.information(Number(status), withoutPseudoHeaders(raw));
  });
  stream.on('response', (headers, _flags, raw) => {
    clearTimeout(timer);
    hasResponse = true;
    events.response({
      status: headers[':status'] ?? 0,
      reason: '',
      rawHeaders: withoutPseudoHeaders(raw),
    });
    // Not earlier: Node may have the body ready before it tells of the head, and would let it flow.
    stream.on('data', (piece: Buffer) => events.data(piece));
    stream.on('end', () => events.end(trailers));
  });
  stream.on('trailers', (_headers: unknown, _flags: number, raw: RawHeaders) => {
    trailers = raw;
  });
  stream.on('drain', () => events.drain());
  stream.on('wantTrailers', () => endWithTrailers(stream, trailersToSend()));
  const fail = (failure: UpstreamFailure): void => {
    const isUnseen = !hasResponse && stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
    events.failure({ ...failure, isUnseen });
  };
  stream.on('error', (error) => fail(failureOf(error)));
  stream.on('close', () => {
    clearTimeout(timer);
    const isCut = !hasResponse || !stream.readableEnded;
    if (isCut) fail({ code: 'upstream_closed', cause: `h2 ${stream.rstCode}` });
  });
}

/** Speaks HTTP/2 on a connected socket. */
export function createHttp2Connection(
  socket: Socket,
  origin: string,
  limits: EgressLimits,
  closed: () => void,
): Http2Connection {
  const session: ClientHttp2Session = connectHttp2(origin, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: STREAM_WINDOW_BYTES },
  });
  let streams = 0;
  let isGoing = false;
  const retire = (): void => {
    isGoing = true;
    closed();
  };
  session.on('goaway', retire);
  session.on('close', retire);
  session.on('error', () => session.destroy());
  session.setTimeout(IDLE_SESSION_MS, () => {
    if (streams === 0) session.close();
  });
  return {
    isOpen() {
      const limit = session.remoteSettings?.maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
      return !isGoing && !session.closed && !session.destroyed && streams < limit;
    },
    send(request, events) {
      let toSend: RawHeaders = [];
      const stream = session.request(requestHeaders(request), {
        endStream: !request.hasBody,
        waitForTrailers: request.hasBody,
      });
      streams += 1;
      stream.once('close', () => (streams -= 1));
      watch(stream, events, limits, () => toSend);
      return {
        write: (piece) => stream.write(piece),
        end(trailers) {
          toSend = trailers;
          stream.end();
        },
        pause: () => stream.pause(),
        resume: () => stream.resume(),
        cancel: () => stream.close(constants.NGHTTP2_CANCEL),
      };
    },
    close: () => session.destroy(),
  };
}
