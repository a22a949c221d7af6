import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerToken } from '../../gateway';
import type { Role } from '../config-schema';
import type { TokenHolder } from '../tokens';
import { PROBLEMS, sendProblem } from './problem';

/** One call of the API by somebody whose role was checked. */
export interface ApiCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly holder: TokenHolder;
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
  findHolder: (token: string) => TokenHolder | undefined,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const onPath = routes.filter((route) => idOf(route.path, url.pathname) !== undefined);
    const route = onPath.find(({ method }) => method === request.method);
    if (onPath.length === 0) return sendProblem(response, PROBLEMS.notFound);
    if (route === undefined) return sendProblem(response, PROBLEMS.methodNotAllowed);
    const holder = findHolder(bearerToken(request.headers.authorization) ?? '');
    if (holder === undefined) return sendProblem(response, PROBLEMS.tokenInvalid);
    if (!route.roles.includes(holder.role))
      return sendProblem(response, { ...PROBLEMS.roleMissing, detail: route.roles.join(' or ') });
    const id = idOf(route.path, url.pathname) ?? '';
    await route.answer({ request, response, holder, query: url.searchParams, id });
  };
}

/** Undefined: the path is not this route's. Empty: it is, and the route has no `:id`. */
function idOf(template: string, path: string): string | undefined {
  if (!template.endsWith('/:id')) return template === path ? '' : undefined;
  const prefix = template.slice(0, -':id'.length);
  const id = path.startsWith(prefix) ? path.slice(prefix.length) : '';
  return /^[\w-]+$/.test(id) ? id : undefined;
}
