import { constants, type Http2Stream, type OutgoingHttpHeaders } from 'node:http2';
import { headerPairs, type RawHeaders, valuesOf } from './headers';

/** Fields HTTP/2 does not have (RFC 9113 §8.2.2); `host` is `:authority` there. */
const NOT_IN_HTTP2 = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'host',
]);

/** Node's HTTP/2 wants an object: names in lower case, several values of one field as an array. */
export function http2Headers(headers: RawHeaders): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = {};
  for (const [spelled, value] of headerPairs(headers)) {
    const name = spelled.toLowerCase();
    if (NOT_IN_HTTP2.has(name) || name.startsWith(':')) continue;
    const known = fields[name];
    if (known === undefined) fields[name] = value;
    else fields[name] = [...(Array.isArray(known) ? known : [String(known)]), value];
  }
  return fields;
}

/** A flat list without pseudo-headers. */
export function withoutPseudoHeaders(headers: RawHeaders): string[] {
  return headerPairs(headers)
    .filter(([name]) => !name.startsWith(':'))
    .flat();
}

/**
 * Fields as HTTP/1.1 has them: a Host, and one Cookie where HTTP/2 may have cut it into crumbs (RFC 9113 §8.2.3).
 */
export function http1Headers(headers: RawHeaders, authority: string): string[] {
  const cookies = valuesOf(headers, 'cookie');
  const host = valuesOf(headers, 'host').length === 0 ? ['Host', authority] : [];
  if (cookies.length < 2) return [...host, ...headers];
  const others = headerPairs(headers).filter(([name]) => name.toLowerCase() !== 'cookie');
  return [...host, ...others.flat(), 'cookie', cookies.join('; ')];
}

/** Ends a stream with trailers; with none of them where HTTP/2 cannot say one. */
export function endWithTrailers(stream: Http2Stream, trailers: RawHeaders): void {
  try {
    stream.sendTrailers(http2Headers(trailers));
  } catch {
    stream.close(constants.NGHTTP2_NO_ERROR);
  }
}
