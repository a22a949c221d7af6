import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Inbound } from './exchange';
import { type RawHeaders, valuesOf } from './headers';
import { endWithTrailers, http2Headers, withoutPseudoHeaders } from './headers-http2';

/** `respond` takes `sendDate`, as Node's own compatibility layer uses it; the types do not know it yet. */
interface RespondOptions {
  readonly waitForTrailers: boolean;
  readonly sendDate: boolean;
}

/** `:authority` and every Host that says something else. */
function authoritiesOf(headers: IncomingHttpHeaders, rawHeaders: RawHeaders): string[] {
  const authority = headers[':authority'];
  const all = [...(authority === undefined ? [] : [authority]), ...valuesOf(rawHeaders, 'host')];
  return all.filter((text, index) => index === 0 || text.toLowerCase() !== all[0]?.toLowerCase());
}

function length(headers: IncomingHttpHeaders): string | undefined {
  return headers['content-length'];
}

/** A CONNECT, extended ones included, has no place inside a connection that has a target already. */
function faultOf(headers: IncomingHttpHeaders, hasBody: boolean): string | undefined {
  if (headers[':method'] === 'CONNECT') return 'Send CONNECT to the proxy in HTTP/1.1.';
  const announced = Number(length(headers) ?? 0);
  return !hasBody && announced > 0 ? 'Send the body that Content-Length announces.' : undefined;
}

/** An exchange of an HTTP/2 server. */
export function inboundHttp2(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: RawHeaders,
): Inbound {
  const hasBody = !stream.endAfterHeaders;
  const fault = faultOf(headers, hasBody);
  let received: RawHeaders = [];
  let toSend: RawHeaders = [];
  const isGone = (): boolean => stream.destroyed || stream.closed;
  stream.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  stream.on('trailers', (_trailers: unknown, _flags: number, raw: RawHeaders) => {
    received = raw;
  });
  stream.on('wantTrailers', () => endWithTrailers(stream, toSend));
  return {
    protocol: 'h2',
    method: headers[':method'] ?? '',
    target: headers[':path'] ?? '',
    authorities: authoritiesOf(headers, rawHeaders),
    rawHeaders: withoutPseudoHeaders(rawHeaders),
    ...(hasBody ? { body: stream } : {}),
    ...(fault === undefined ? {} : { fault }),
    trailers: () => received,
    isGone,
    whenGone(listener) {
      stream.once('close', () => {
        if (!stream.writableFinished) listener();
      });
    },
    inform(status, informational) {
      if (!isGone())
        stream.additionalHeaders({ ':status': status, ...http2Headers(informational) });
    },
    respond({ status, rawHeaders: answer }) {
      const options: RespondOptions = { waitForTrailers: true, sendDate: false };
      if (!isGone()) stream.respond({ ':status': status, ...http2Headers(answer) }, options);
      return stream;
    },
    // HTTP/2 has sent the head by itself.
    flush: () => undefined,
    sendTrailers(rawTrailers) {
      toSend = rawTrailers;
    },
    cut: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  };
}
