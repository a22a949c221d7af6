import type { ServerResponse } from 'node:http';
import type { Decision } from '../../policy';
import type { Refusal } from '../providers/wire-format';
import type { McpMessage, MessageFault } from './message';

/** A refusal of the MCP proxy, and what of policy led to it. */
export interface McpRefusal extends Refusal {
  readonly decision?: Extract<Decision, { effect: 'deny' }>;
  /** Number in the JSON-RPC error. @default the HTTP status: MCP keeps all numbers near JSON-RPC's to itself */
  readonly rpcCode?: number;
}

const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
/** MCP 2026-07-28, `HeaderMismatch`. */
const HEADER_MISMATCH = -32020;

export const MCP_REFUSALS = {
  serverUnknown: refusal(404, 'MCP_SERVER_UNKNOWN', 'no MCP server of this name is configured'),
  sessionUnknown: refusal(404, 'MCP_SESSION_UNKNOWN', 'the session has ended; initialize again'),
  originRefused: refusal(403, 'MCP_ORIGIN_REFUSED', 'web pages may not call MCP servers here'),
  methodRefused: refusal(405, 'MCP_METHOD_REFUSED', 'use POST, GET or DELETE'),
  listenersFull: refusal(503, 'MCP_LISTENERS_FULL', 'too many streams are listened to', true),
  targetMissing: refusal(
    400,
    'MCP_MESSAGE_INVALID',
    'the call names neither tool, prompt nor resource',
    false,
    INVALID_PARAMS,
  ),
  headerMismatch: refusal(
    400,
    'MCP_HEADER_MISMATCH',
    'Mcp-Method or Mcp-Name says something else than the body',
    false,
    HEADER_MISMATCH,
  ),
  encodingRefused: refusal(415, 'MCP_MESSAGE_INVALID', 'the message must come uncompressed'),
  featureRefused: refusal(
    200,
    'MCP_FEATURE_REFUSED',
    'this part of the MCP server is not approved',
    false,
    METHOD_NOT_FOUND,
  ),
  credentialMissing: refusal(
    403,
    'MCP_CREDENTIAL_MISSING',
    'no credential of yours for this MCP server is configured; ask an administrator',
  ),
  credentialRefused: refusal(
    502,
    'MCP_CREDENTIAL_REFUSED',
    'the MCP server refused the credential configured for it',
  ),
  credentialUnavailable: refusal(
    503,
    'MCP_CREDENTIAL_UNAVAILABLE',
    'no access token for this MCP server can be fetched now',
    true,
  ),
  serverUnreachable: refusal(
    502,
    'MCP_SERVER_UNREACHABLE',
    'the MCP server cannot be reached',
    true,
  ),
  serverTimeout: refusal(504, 'MCP_SERVER_TIMEOUT', 'the MCP server did not answer in time', true),
  serverDied: refusal(502, 'MCP_SERVER_DIED', 'the MCP server ended before it answered', true),
  serverResting: refusal(
    503,
    'MCP_SERVER_RESTING',
    'the MCP server keeps failing and is not started again yet',
    true,
  ),
  serverFull: refusal(
    503,
    'MCP_SERVER_FULL',
    'all processes this MCP server may have are in use',
    true,
  ),
} as const;

export const MESSAGE_FAULTS: Readonly<Record<MessageFault, McpRefusal>> = {
  invalid: refusal(
    400,
    'MCP_MESSAGE_INVALID',
    'the body is not one JSON-RPC 2.0 message',
    false,
    INVALID_REQUEST,
  ),
  batch: refusal(
    400,
    'MCP_BATCH_REFUSED',
    'send one message a request; batches left the protocol in 2025-06-18',
    false,
    INVALID_REQUEST,
  ),
  ambiguous: refusal(
    400,
    'MCP_MESSAGE_AMBIGUOUS',
    'the message says a key twice, or in two spellings',
    false,
    INVALID_REQUEST,
  ),
};

function refusal(
  status: number,
  code: string,
  message: string,
  isRetryable = false,
  rpcCode?: number,
): McpRefusal {
  return { status, code, message, isRetryable, ...(rpcCode === undefined ? {} : { rpcCode }) };
}

/** What policy refused, for the model and the person who read it. */
export function policyRefusal(
  what: string,
  decision: Extract<Decision, { effect: 'deny' }>,
): McpRefusal {
  const { layer, rule, reason, remedy } = decision;
  const place = layer === undefined ? '' : ` of layer "${layer}"`;
  const why = rule === undefined ? `${reason}${place}` : `rule "${rule}"${place}`;
  return {
    status: 403,
    code: 'MCP_REFUSED_BY_POLICY',
    message: `${what} is refused by policy (${why}). ${remedy}`,
    isRetryable: false,
    decision,
  };
}

/** Answers a message, or a request without one, with a JSON-RPC error. Returns the status. */
export function sendMcpRefusal(
  response: ServerResponse,
  refused: McpRefusal,
  message?: McpMessage,
): number {
  const { status, code, rpcCode = status, decision } = refused;
  const error = {
    code: rpcCode,
    message: `[aigov] ${refused.message}`,
    data: { code, ...decision },
  };
  const id = message?.kind === 'request' ? message.id : null;
  return send(response, status, refused, { jsonrpc: '2.0', id, error });
}

/**
 * Answers a tool call with a result that says why there is none: clients show results to the model, errors not always.
 */
export function sendToolRefusal(
  response: ServerResponse,
  refused: McpRefusal,
  message: Extract<McpMessage, { kind: 'request' }>,
): number {
  const text = `[aigov] ${refused.message} Do not try it another way.`;
  const result = { content: [{ type: 'text', text }], isError: true, resultType: 'complete' };
  return send(response, 200, refused, { jsonrpc: '2.0', id: message.id, result });
}

function send(response: ServerResponse, status: number, refused: McpRefusal, body: object): number {
  if (response.headersSent || response.destroyed) return status;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    'x-aigov-error': refused.code,
    ...(refused.retryAfterSeconds === undefined
      ? {}
      : { 'retry-after': String(refused.retryAfterSeconds) }),
    ...(status === 413 || status === 415 ? { connection: 'close' } : {}),
  });
  response.end(bytes);
  return status;
}
