import type { ClientSignature, RequestBody } from './client';
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
 * on. Pure; both are hostile, so an odd session id is left out rather than passed on.
 */
export function identifyClient(headers: RequestHeaders, body: RequestBody = {}): ClientIdentity {
  const agent = valueOf(headers, 'user-agent')?.toLowerCase() ?? '';
  const found =
    programs.find(({ signature }) => hasAgent(signature, agent)) ??
    programs.find(({ signature }) => hasOriginator(signature, headers)) ??
    programs.find(({ signature }) => hasHeader(signature, headers)) ??
    libraries.find(({ signature }) => hasAgent(signature, agent));
  if (found === undefined) return { client: 'unknown' };
  const sessionId = sessionIdOf(found.signature, headers, body);
  return { client: found.id, ...(sessionId === undefined ? {} : { sessionId }) };
}

function hasAgent({ userAgents }: ClientSignature, agent: string): boolean {
  return userAgents.some((beginning) => agent.startsWith(beginning));
}

function hasOriginator({ originators }: ClientSignature, headers: RequestHeaders): boolean {
  if (originators === undefined) return false;
  const originator = valueOf(headers, 'originator')?.toLowerCase();
  return originator !== undefined && originators.includes(originator);
}

function hasHeader(signature: ClientSignature, headers: RequestHeaders): boolean {
  return signature.headers?.some((name) => headers[name] !== undefined) ?? false;
}

const PLAIN_ID = /^[\x21-\x7e]{1,200}$/;

function sessionIdOf(
  signature: ClientSignature,
  headers: RequestHeaders,
  body: RequestBody,
): string | undefined {
  const inHeader = signature.sessionHeaders
    ?.map((name) => valueOf(headers, name))
    .find((value) => value !== undefined && PLAIN_ID.test(value));
  const found = inHeader ?? signature.sessionInBody?.(body);
  return typeof found === 'string' && PLAIN_ID.test(found) ? found : undefined;
}

function valueOf(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
