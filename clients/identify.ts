import type { ClientSignature } from './client';
import { allClients } from './all-clients';
import { foreignClients } from './foreign-clients';

/** Request headers by lower-case name, as `node:http` gives them. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Which client sent a request, as far as its headers tell. Both are claims: any program can send any header. */
export interface ClientIdentity {
  /** Id of a client, or `unknown`. */
  readonly client: string;
  readonly sessionId?: string;
}

interface Signed {
  readonly id: string;
  readonly signature: ClientSignature;
}

const libraries: readonly Signed[] = allClients.filter((client) => client.commands.length === 0);
const programs: readonly Signed[] = [
  ...allClients.filter((client) => client.commands.length > 0),
  ...foreignClients,
];

/**
 * Recognises a client: by a program's own user agent, else by a header only it sends, else by the SDK it is built
 * on. Pure; headers are hostile, so an odd session id is left out rather than passed on.
 */
export function identifyClient(headers: RequestHeaders): ClientIdentity {
  const agent = valueOf(headers, 'user-agent')?.toLowerCase() ?? '';
  const found =
    programs.find(({ signature }) => hasAgent(signature, agent)) ??
    programs.find(({ signature }) => hasHeader(signature, headers)) ??
    libraries.find(({ signature }) => hasAgent(signature, agent));
  if (found === undefined) return { client: 'unknown' };
  const sessionId = sessionIdOf(found.signature, headers);
  return { client: found.id, ...(sessionId === undefined ? {} : { sessionId }) };
}

function hasAgent({ userAgents }: ClientSignature, agent: string): boolean {
  return userAgents.some((beginning) => agent.startsWith(beginning));
}

function hasHeader(signature: ClientSignature, headers: RequestHeaders): boolean {
  return signature.headers?.some((name) => headers[name] !== undefined) ?? false;
}

function sessionIdOf(signature: ClientSignature, headers: RequestHeaders): string | undefined {
  return signature.sessionHeaders
    ?.map((name) => valueOf(headers, name))
    .find((value) => value !== undefined && /^[\x21-\x7e]{1,200}$/.test(value));
}

function valueOf(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
