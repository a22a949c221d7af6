/** Flat header lists as Node gives and takes them: name, value, name, value, in order and as spelled. */
export type RawHeaders = readonly string[];

/** Fields of one hop (RFC 9110 §7.6.1). `transfer-encoding` is decided by the side that frames the body. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'te',
  'upgrade',
  'http2-settings',
]);

/** A `Connection` that names these asks us to drop what frames or routes the message: not done. */
const NEVER_DROPPED = new Set(['host', 'content-length', 'transfer-encoding', 'trailer']);

/** Coder's names; only we set them, so a client cannot borrow another session's identity. */
export const CORRELATION = {
  sessionId: 'X-Coder-Agent-Firewall-Session-Id',
  sequence: 'X-Coder-Agent-Firewall-Sequence-Number',
} as const;

const CORRELATION_NAMES = new Set(Object.values(CORRELATION).map((name) => name.toLowerCase()));

/** All values of a field, in order. `name` in lower case. */
export function valuesOf(headers: RawHeaders, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === name) values.push(headers[i + 1] ?? '');
  }
  return values;
}

/** A flat list as name and value pairs. */
export function headerPairs(headers: RawHeaders): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    pairs.push([headers[i] ?? '', headers[i + 1] ?? '']);
  }
  return pairs;
}

const NOTHING_LISTED: ReadonlySet<string> = new Set();

function listedIn(values: readonly string[]): ReadonlySet<string> {
  // What nearly every message says.
  if (values.every((value) => /^(keep-alive|close)$/i.test(value))) return NOTHING_LISTED;
  const names = values.flatMap((value) =>
    value.split(',').map((item) => item.trim().toLowerCase()),
  );
  return new Set(names.filter((name) => !NEVER_DROPPED.has(name)));
}

function filterHeaders(
  headers: RawHeaders,
  isKept: (name: string, value: string) => boolean,
): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [name = '', value = ''] = [headers[i], headers[i + 1]];
    if (isKept(name.toLowerCase(), value)) kept.push(name, value);
  }
  return kept;
}

/** What goes on to the origin: all but this hop's fields and the correlation only we may set. */
export function forwardedRequestHeaders(headers: RawHeaders): string[] {
  const listed = listedIn(valuesOf(headers, 'connection'));
  return filterHeaders(headers, (name, value) => {
    // The one value of TE that passes on: gRPC needs it (RFC 9113 §8.2.2).
    if (name === 'te') return value.trim().toLowerCase() === 'trailers';
    return !HOP_BY_HOP.has(name) && !listed.has(name) && !CORRELATION_NAMES.has(name);
  });
}

/** What goes back to the client. Each side frames its own body, so `transfer-encoding` goes. */
export function forwardedResponseHeaders(headers: RawHeaders): string[] {
  const listed = listedIn(valuesOf(headers, 'connection'));
  return filterHeaders(
    headers,
    (name) => !HOP_BY_HOP.has(name) && !listed.has(name) && name !== 'transfer-encoding',
  );
}

/**
 * What makes the framing of a request ambiguous, if anything: where two readers may find different ends of its body,
 * the second could be made to read a request the first never saw. As a remedy.
 */
export function framingFault(headers: RawHeaders): string | undefined {
  const encodings = valuesOf(headers, 'transfer-encoding');
  const lengths = valuesOf(headers, 'content-length');
  const isChunked = encodings.length === 1 && encodings[0]?.trim().toLowerCase() === 'chunked';
  if (encodings.length > 0 && !isChunked) return 'Send "Transfer-Encoding: chunked" or none.';
  if (encodings.length + lengths.length > 1)
    return 'Send one Content-Length or one Transfer-Encoding.';
  return lengths.every((length) => /^\d{1,15}$/.test(length))
    ? undefined
    : 'Send a Content-Length of decimal digits.';
}
