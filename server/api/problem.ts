import type { ServerResponse } from 'node:http';

/** A fault of an API request, as RFC 9457 problem document. */
export interface Problem {
  readonly status: number;
  /** Stable, UPPER_SNAKE, in `docs/errors.md`. */
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly remedy: string;
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  const { status, code, title, detail, remedy } = problem;
  const type = `https://aigov.dev/errors#${code.toLowerCase()}`;
  sendBody(response, status, 'application/problem+json', {
    type,
    title,
    status,
    code,
    detail,
    remedy,
  });
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  sendBody(response, status, 'application/json', body);
}

function sendBody(response: ServerResponse, status: number, type: string, body: object): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
  });
  response.end(bytes);
}

export const PROBLEMS = {
  notFound: {
    status: 404,
    code: 'NOT_FOUND',
    title: 'There is nothing here',
    remedy: 'Check the path; /api/v1 lists what there is.',
  },
  methodNotAllowed: {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    title: 'This path does not take that method',
    remedy: 'Use the method the documentation names.',
  },
  tokenInvalid: {
    status: 401,
    code: 'TOKEN_INVALID',
    title: 'No valid token came with the request',
    remedy: 'Send a token as Authorization: Bearer.',
  },
  identityUnavailable: {
    status: 503,
    code: 'IDENTITY_UNAVAILABLE',
    title: 'The token cannot be checked now',
    remedy: 'Try again; the server log says why the identity provider cannot be asked.',
  },
  workspaceNotOwned: {
    status: 403,
    code: 'WORKSPACE_NOT_OWNED',
    title: 'This workspace is not one of the caller’s',
    remedy: 'Use the session token of the owner of this workspace.',
  },
  roleMissing: {
    status: 403,
    code: 'ROLE_MISSING',
    title: 'This token may not do that',
    remedy: 'Ask an administrator for a token with the role named in detail.',
  },
  bodyInvalid: {
    status: 400,
    code: 'BODY_INVALID',
    title: 'The request body is not what this path takes',
    remedy: 'Send the JSON document the documentation describes.',
  },
  queryInvalid: {
    status: 400,
    code: 'QUERY_INVALID',
    title: 'A query parameter has a value that is not allowed',
    remedy: 'Correct the parameter named in detail.',
  },
  bodyTooLarge: {
    status: 413,
    code: 'BODY_TOO_LARGE',
    title: 'The request body is over the limit',
    remedy: 'Send less at once.',
  },
  toolChanged: {
    status: 409,
    code: 'MCP_TOOL_CHANGED',
    title: 'The tool is not described as it was when it was looked at, or there is no such tool',
    remedy: 'List the tools again and approve the definition that is there now.',
  },
  internal: {
    status: 500,
    code: 'INTERNAL',
    title: 'The server failed',
    remedy: 'Look into the server log.',
  },
} as const satisfies Record<string, Problem>;
