import type { IncomingHttpHeaders } from 'node:http';

/** A request path taken apart: whose provider it is for, and the path within it. */
export interface GatewayRoute {
  readonly providerName: string;
  /** Begins with `/`; without the query. */
  readonly path: string;
  /** `?…` or empty. */
  readonly query: string;
}

/** Coder's prefixes, old and new, beside the bare one, so that its clients only change the host. */
const PREFIXES = ['/api/v2/ai-gateway/', '/api/v2/aibridge/', '/'] as const;

/** Coder's rule for provider names. */
const PROVIDER_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** First segments of our own routes: never provider names. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'api',
  'assets',
  'healthz',
  'mcp',
  'metrics',
  'readyz',
]);

/**
 * Anything a proxy in between might resolve to another path: `//`, dot segments, backslashes, and the same written
 * with escapes. Such a path is refused, because what is checked here would not be what is asked for there. An escaped
 * slash alone is left to the endpoints: only Bedrock's have a place for one, within an ARN.
 */
const AMBIGUOUS = /(?:\/|%2f){2}|(?:\/|%2f)\.{1,2}(?:\/|%2f|$)|\\|%2e|%5c|%00/i;

export function isProviderName(name: string): boolean {
  return PROVIDER_NAME.test(name) && !RESERVED_NAMES.has(name);
}

/** Undefined: not a gateway path. */
export function parseGatewayRoute(url: string): GatewayRoute | undefined {
  const queryAt = url.indexOf('?');
  const whole = queryAt === -1 ? url : url.slice(0, queryAt);
  const prefix = PREFIXES.find((candidate) => whole.startsWith(candidate));
  if (prefix === undefined || AMBIGUOUS.test(whole)) return undefined;
  const rest = whole.slice(prefix.length);
  const slashAt = rest.indexOf('/');
  const providerName = slashAt === -1 ? rest : rest.slice(0, slashAt);
  if (!isProviderName(providerName)) return undefined;
  return {
    providerName,
    path: slashAt === -1 ? '/' : rest.slice(slashAt),
    query: queryAt === -1 ? '' : url.slice(queryAt),
  };
}

/** A request to speak WebSocket from here on. */
export function isWebSocketUpgrade(headers: IncomingHttpHeaders): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** Preflight probes of clients (recorded: Claude Code's `HEAD /` and `HEAD /api/hello`), answered here, without credentials. */
export function isProbe(method: string, path: string): boolean {
  return (method === 'HEAD' || method === 'GET') && (path === '/' || path === '/api/hello');
}
