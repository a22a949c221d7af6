import type { ServerResponse } from 'node:http';
import type { Refusal, WireFormat } from './providers/wire-format';

export const REFUSALS = {
  tokenMissing: refusal(401, 'TOKEN_MISSING', 'no session token came with the request'),
  tokenInvalid: refusal(
    401,
    'TOKEN_INVALID',
    'the session token is not valid; restart the workspace',
  ),
  contextInvalid: refusal(401, 'CONTEXT_INVALID', 'the attribution header is not valid'),
  /** The relay registers again and repeats the request; no client sees this one. */
  contextExpired: refusal(401, 'CONTEXT_EXPIRED', 'the attribution header is too old', true),
  bodyTooLarge: refusal(
    413,
    'BODY_TOO_LARGE',
    'the request body is over the limit of this gateway',
  ),
  bodyInvalid: refusal(400, 'BODY_INVALID', 'the request body is not a request of this API'),
  modelAmbiguous: refusal(400, 'MODEL_AMBIGUOUS', 'the request body names its model twice'),
  modelGroupUnsuitable: refusal(
    400,
    'MODEL_GROUP_UNSUITABLE',
    'no upstream of this model group speaks this API',
  ),
  auditUnavailable: refusal(
    503,
    'AUDIT_UNAVAILABLE',
    'the request cannot be recorded, and policy forbids unrecorded requests',
    true,
  ),
  limitsUnavailable: refusal(
    503,
    'LIMITS_UNAVAILABLE',
    'budgets and rate limits cannot be checked, and policy forbids unchecked requests',
    true,
  ),
  identityUnavailable: refusal(
    503,
    'IDENTITY_UNAVAILABLE',
    'the session token cannot be checked now',
    true,
  ),
  keysResting: refusal(429, 'KEYS_RESTING', 'all provider keys are over their limit', true),
  keyUnavailable: refusal(
    502,
    'KEY_UNAVAILABLE',
    'the credentials for the model provider cannot be fetched now',
    true,
  ),
  upstreamUnreachable: refusal(
    502,
    'UPSTREAM_UNREACHABLE',
    'the model provider cannot be reached',
    true,
  ),
  upstreamTimeout: refusal(
    504,
    'UPSTREAM_TIMEOUT',
    'the model provider did not answer in time',
    true,
  ),
  serverUnreachable: refusal(503, 'SERVER_UNREACHABLE', 'the aigov server cannot be reached', true),
  ownKeyMissing: refusal(
    401,
    'OWN_KEY_MISSING',
    'this workspace has no central key; configure the client with your own provider key',
  ),
} as const;

function refusal(status: number, code: string, message: string, isRetryable = false): Refusal {
  return { status, code, message, isRetryable };
}

/** Answers in the protocol's own shape, telling clients whether another try makes sense. */
export function sendRefusal(
  response: ServerResponse,
  format: WireFormat,
  refused: Refusal,
): number {
  const { status, body } = format.renderRefusal(refused);
  const bytes = Buffer.from(JSON.stringify(body));
  if (!canAnswer(response)) return status;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    'x-should-retry': String(refused.isRetryable),
    'x-aigov-error': refused.code,
    ...(refused.retryAfterSeconds === undefined
      ? {}
      : { 'retry-after': String(refused.retryAfterSeconds) }),
    ...(refused.status === 413 ? { connection: 'close' } : {}),
  });
  response.end(bytes);
  return status;
}

/** Plain text, as Coder's gateway answers routes it does not know. */
export function sendUnsupportedRoute(response: ServerResponse, method: string, path: string): void {
  if (!canAnswer(response)) return;
  response.writeHead(404, {
    'content-type': 'text/plain; charset=utf-8',
    'x-should-retry': 'false',
    'x-aigov-error': 'ROUTE_NOT_SUPPORTED',
  });
  response.end(`route not supported: ${method} ${path}\n`);
}

/**
 * WebSocket transports are not spoken here. Codex tries one first and falls back to HTTP at once at 426, after five tries
 * at anything else (recorded 2026-11-20).
 */
export function sendUpgradeRefused(response: ServerResponse): void {
  if (!canAnswer(response)) return;
  response.writeHead(426, {
    'content-type': 'text/plain',
    'x-aigov-error': 'UPGRADE_NOT_SUPPORTED',
  });
  response.end('WebSocket is not supported here; use HTTP\n');
}

function canAnswer(response: ServerResponse): boolean {
  return !response.headersSent && !response.destroyed;
}

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** How a failure to get any answer is told. */
export function upstreamRefusal(error: Error): Refusal {
  const { code } = error as { code?: string };
  return TIMEOUTS.has(code ?? '') ? REFUSALS.upstreamTimeout : REFUSALS.upstreamUnreachable;
}
