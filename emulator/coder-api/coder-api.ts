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
  /** Names of site roles, such as `owner` or `auditor`. @default none */
  readonly roles?: readonly string[];
  /** Names of the organisations, the deployment's default first. @default ['coder'] */
  readonly organizations?: readonly string[];
  /** Names of the groups. @default none */
  readonly groups?: readonly string[];
}

/** A workspace, as `/api/v2/workspaces/{id}` tells it. */
export interface CoderWorkspace {
  readonly id: string;
  readonly name: string;
  /** Id of its owner; nobody else sees it, but for users with the role `owner`. */
  readonly ownerId: string;
  readonly templateName: string;
  /** @default v1 */
  readonly templateVersion?: string;
  /** @default coder */
  readonly organization?: string;
}

export interface CoderApiOptions {
  /** Users by their session token. Secrets. */
  readonly users: Readonly<Record<string, CoderUser>>;
  /** @default none */
  readonly workspaces?: readonly CoderWorkspace[];
  /** False plays a deployment without a Premium licence, which has no groups. @default true */
  readonly hasGroups?: boolean;
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
  /** Every request fails with 500 while true, as when Coder's database is gone. */
  isFailing: boolean;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The few routes of a Coder deployment that tell who a session token belongs to, and what is theirs. Loopback only. */
export async function startCoderApi(options: CoderApiOptions): Promise<CoderApi> {
  const users = new Map(Object.entries(options.users));
  const received: string[] = [];
  const server = createServer((request, response) => {
    received.push(`${request.method ?? 'GET'} ${request.url ?? '/'}`);
    if (api.isFailing) send(response, 500, { message: 'An internal error occurred.' });
    else answer(request, response, users, options);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => closeServer(server);
  const api: CoderApi = {
    url: `http://127.0.0.1:${port}`,
    received,
    revoke: (sessionToken) => void users.delete(sessionToken),
    isFailing: false,
    close,
    [Symbol.asyncDispose]: close,
  };
  return api;
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
  options: CoderApiOptions,
): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
  const { version = 'v2.36.0' } = options;
  if (pathname === '/api/v2/buildinfo') return send(response, 200, { version, external_url: '' });
  const user = users.get(sessionTokenOf(request));
  if (user === undefined) return send(response, 401, SIGNED_OUT);
  if (user.status === 'suspended') return send(response, 401, suspended(user.status));
  if (pathname === '/api/v2/users/me') return send(response, 200, userOf(user));
  if (pathname === '/api/v2/users/me/organizations')
    return send(response, 200, organizationsOf(user));
  if (pathname === '/api/v2/groups') return sendGroups(response, searchParams, users, options);
  const workspaceId = /^\/api\/v2\/workspaces\/([^/]+)$/.exec(pathname)?.[1];
  const workspace = options.workspaces?.find(({ id }) => id === workspaceId);
  if (workspace !== undefined && maySee(user, workspace))
    return send(response, 200, workspaceOf(workspace, users));
  send(response, 404, NOT_FOUND);
}

const SIGNED_OUT = {
  message: 'You are signed out or your session has expired. Please sign in again to continue.',
  detail: 'API key is invalid.',
};

/** What coderd says of unknown routes, and of things the caller may not see. */
const NOT_FOUND = { message: 'Resource not found or you do not have access to this resource' };

function suspended(status: string): object {
  return {
    message: `User is not active (status = "${status}"). Contact an admin to reactivate your account.`,
  };
}

function userOf(user: CoderUser): object {
  const { email = `${user.username}@example.com`, id, username } = user;
  const { name = '', status = 'active', roles = [] } = user;
  return {
    id,
    username,
    name,
    email,
    status,
    organization_ids: organizationNames(user).map(idOf),
    roles: roles.map((role) => ({ name: role, display_name: role })),
  };
}

function organizationNames({ organizations = ['coder'] }: CoderUser): readonly string[] {
  return organizations;
}

function organizationsOf(user: CoderUser): object {
  return organizationNames(user).map((name, i) => ({
    id: idOf(name),
    name,
    display_name: name,
    is_default: i === 0,
  }));
}

/** A made-up id that is always the same for one name. */
function idOf(name: string): string {
  return `id-of-${name}`;
}

/** Groups are a Premium feature: without a licence coderd refuses with 403 (enterprise/coderd, RequireFeatureMW). */
function sendGroups(
  response: ServerResponse,
  query: URLSearchParams,
  users: ReadonlyMap<string, CoderUser>,
  { hasGroups = true }: CoderApiOptions,
): void {
  if (!hasGroups)
    return send(response, 403, { message: 'Template RBAC is a Premium feature. Contact sales!' });
  const wanted = query.get('has_member');
  const member = [...users.values()].find(
    ({ id, username }) => wanted === id || wanted === username,
  );
  const groups = (member?.groups ?? []).map((name) => ({
    id: idOf(name),
    name,
    organization_name: member && organizationNames(member)[0],
    source: 'user',
  }));
  send(response, 200, groups);
}

function maySee({ id, roles = [] }: CoderUser, { ownerId }: CoderWorkspace): boolean {
  return id === ownerId || roles.includes('owner');
}

function workspaceOf(workspace: CoderWorkspace, users: ReadonlyMap<string, CoderUser>): object {
  const { id, name, ownerId, templateName } = workspace;
  const { organization = 'coder', templateVersion = 'v1' } = workspace;
  const owner = [...users.values()].find((user) => user.id === ownerId);
  return {
    id,
    name,
    owner_id: ownerId,
    owner_name: owner?.username ?? 'unknown',
    organization_id: idOf(organization),
    organization_name: organization,
    template_id: idOf(templateName),
    template_name: templateName,
    latest_build: { template_version_name: templateVersion, transition: 'start' },
  };
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
