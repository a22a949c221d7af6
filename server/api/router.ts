import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerToken } from '../../gateway';
import type { Role } from '../config-schema';
import type { Identities } from '../identity/identities';
import type { TokenHolder } from '../identity/token-holder';
import { PROBLEMS, sendProblem } from './problem';

/** One call of the API by somebody whose role was checked. */
export interface ApiCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly holder: TokenHolder;
  /** What the holder proved themselves with. Secret. */
  readonly token: string;
  readonly query: URLSearchParams;
  /** The part of the path the route's `:id` stands for. */
  readonly id: string;
}

export interface ApiRoute {
  readonly method: 'GET' | 'POST';
  /** `:id` as last segment stands for anything. */
  readonly path: string;
  /** Who may call. */
  readonly roles: readonly Role[];
  answer(call: ApiCall): Promise<void> | void;
}

export const EVERYBODY: readonly Role[] = ['admin', 'auditor', 'member'];
export const READERS: readonly Role[] = ['admin', 'auditor'];

/** Answers requests below `/api/v1`. */
export function createApi(
  routes: readonly ApiRoute[],
  identities: Identities,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const onPath = routes.filter((route) => idOf(route.path, url.pathname) !== undefined);
    const route = onPath.find(({ method }) => method === request.method);
    if (onPath.length === 0) return sendProblem(response, PROBLEMS.notFound);
    if (route === undefined) return sendProblem(response, PROBLEMS.methodNotAllowed);
    const token = bearerToken(request.headers.authorization) ?? '';
    const holder = await findHolder(identities, token);
    if (holder === 'unavailable') return sendProblem(response, PROBLEMS.identityUnavailable);
    if (holder === undefined) return sendProblem(response, PROBLEMS.tokenInvalid);
    if (!route.roles.includes(holder.role))
      return sendProblem(response, { ...PROBLEMS.roleMissing, detail: route.roles.join(' or ') });
    const id = idOf(route.path, url.pathname) ?? '';
    await route.answer({ request, response, holder, token, query: url.searchParams, id });
  };
}

async function findHolder(
  identities: Identities,
  token: string,
): Promise<TokenHolder | undefined | 'unavailable'> {
  try {
    return token === '' ? undefined : await identities.find(token);
  } catch {
    return 'unavailable';
  }
}

/** Undefined: the path is not this route's. Empty: it is, and the route has no `:id`. */
function idOf(template: string, path: string): string | undefined {
  if (!template.endsWith('/:id')) return template === path ? '' : undefined;
  const prefix = template.slice(0, -':id'.length);
  const id = path.startsWith(prefix) ? path.slice(prefix.length) : '';
  return /^[\w-]+$/.test(id) ? id : undefined;
}
