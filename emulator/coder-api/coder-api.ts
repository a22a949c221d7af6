import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A user of the emulated deployment, as `/api/v2/users/me` tells it. */
export interface CoderUser {
  readonly id: string;
  readonly username: string;
  readonly name?: string;
  readonly email?: string;
  /** @default active */
  readonly status?: 'active' | 'dormant' | 'suspended';
}

export interface CoderApiOptions {
  /** Users by their session token. Secrets. */
  readonly users: Readonly<Record<string, CoderUser>>;
  /** @default v2.36.0 */
  readonly version?: string;
}

export interface CoderApi {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string;
  /** Requests so far, `METHOD path`. */
  readonly received: readonly string[];
  /** A token that is no longer good, as after a workspace stop. */
  revoke(sessionToken: string): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The few routes of a Coder deployment that tell who a session token belongs to. Loopback only. */
export async function startCoderApi(options: CoderApiOptions): Promise<CoderApi> {
  const users = new Map(Object.entries(options.users));
  const received: string[] = [];
  const server = createServer((request, response) => {
    received.push(`${request.method ?? 'GET'} ${request.url ?? '/'}`);
    answer(request, response, users, options.version ?? 'v2.36.0');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => closeServer(server);
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    revoke: (sessionToken) => void users.delete(sessionToken),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  users: ReadonlyMap<string, CoderUser>,
  version: string,
): void {
  const path = (request.url ?? '/').replace(/\?.*$/, '');
  if (path === '/api/v2/buildinfo') return send(response, 200, { version, external_url: '' });
  if (path !== '/api/v2/users/me') return send(response, 404, { message: 'Route not found.' });
  const user = users.get(sessionTokenOf(request));
  if (user === undefined) {
    const detail = 'API key is invalid.';
    return send(response, 401, {
      message: 'You are signed out or your session has expired.',
      detail,
    });
  }
  const {
    email = `${user.username}@example.com`,
    id,
    name = '',
    status = 'active',
    username,
  } = user;
  send(response, 200, { id, username, name, email, status, organization_ids: [], roles: [] });
}

/** Header first, then cookie and query, as coderd looks for it. */
function sessionTokenOf({ headers, url }: IncomingMessage): string {
  const header = headers['coder-session-token'];
  if (typeof header === 'string') return header;
  const cookie = /(?:^|;\s*)coder_session_token=([^;]+)/.exec(headers.cookie ?? '')?.[1];
  return cookie ?? new URL(url ?? '/', 'http://x').searchParams.get('coder_session_token') ?? '';
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
