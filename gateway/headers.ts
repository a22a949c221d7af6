/** Headers that belong to one connection, never to the message (RFC 9110, section 7.6.1, and their old companions). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
] as const;

/** Headers a caller proves itself with; all of them are removed before anything goes on. */
export const CREDENTIAL_HEADERS = [
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'api-key',
  'x-coder-ai-governance-token',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
] as const;

/** Carries the relay's attribution (contracts §5). */
export const CONTEXT_HEADER = 'x-aigov-context';

/** Ours and Coder's correlation headers: read here, of no use upstream. */
const CORRELATION_HEADERS = [
  CONTEXT_HEADER,
  'x-coder-ai-governance-request-id',
  'x-coder-agent-firewall-session-id',
  'x-coder-agent-firewall-sequence-number',
] as const;

/** Replaced by what the next connection needs: `Host`, the length of the same bytes, an `Expect` already answered. */
const REWRITTEN = ['host', 'content-length', 'expect'] as const;

const NOT_FORWARDED: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...CREDENTIAL_HEADERS,
  ...CORRELATION_HEADERS,
  ...REWRITTEN,
]);

const NOT_RETURNED: ReadonlySet<string> = new Set(HOP_BY_HOP);

/** Names and values in turn, spelled and ordered as they came. */
export type RawHeaders = readonly string[];

/** The request headers that go upstream: everything but what belongs to this hop or to us. */
export function forwardedRequestHeaders(raw: RawHeaders): string[] {
  return withoutHeaders(raw, NOT_FORWARDED);
}

/** The answer's headers that go to the client. undici gives them as bytes. */
export function returnedResponseHeaders(raw: readonly Buffer[]): string[] {
  return withoutHeaders(
    raw.map((bytes) => bytes.toString('latin1')),
    NOT_RETURNED,
  );
}

/** The same in HTTP/2: names in lower case, one entry a name, what is of HTTP/1 connections gone. */
export function returnedToHttp2(raw: RawHeaders): Record<string, string | string[]> {
  const kept = withoutHeaders(raw, NOT_RETURNED);
  const headers: Record<string, string | string[]> = {};
  for (let i = 0; i + 1 < kept.length; i += 2) {
    const name = (kept[i] ?? '').toLowerCase();
    const before = headers[name];
    const value = kept[i + 1] ?? '';
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

function withoutHeaders(raw: RawHeaders, dropped: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  let named: ReadonlySet<string> | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'connection') named = namedByConnection(value, named);
    if (!dropped.has(lower)) kept.push(name, value);
  }
  return named === undefined ? kept : withoutHeaders(kept, named);
}

const ORDINARY_CONNECTION = /^\s*(?:keep-alive|close)\s*$/i;

/** A `Connection` header may name further headers of this hop. The usual values name none. */
function namedByConnection(
  value: string,
  before: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  if (ORDINARY_CONNECTION.test(value)) return before;
  const names = value.split(',').map((name) => name.trim().toLowerCase());
  return new Set([...(before ?? []), ...names]);
}

/** A raw list without one header. `name` in lower case. */
export function withoutHeader(raw: RawHeaders, name: string): string[] {
  return withoutHeaders(raw, new Set([name]));
}

/** The first value of a header in a raw list. `name` in lower case. */
export function rawHeader(raw: RawHeaders, name: string): string | undefined {
  for (let i = 0; i + 1 < raw.length; i += 2) if (raw[i]?.toLowerCase() === name) return raw[i + 1];
  return undefined;
}
