import type { IncomingHttpHeaders } from 'node:http';
import { maskCredential, readCredentials, type OwnKey } from './credentials';
import type { Contexts, RequestContext } from './context-store';
import { CONTEXT_HEADER } from './headers';
import { REFUSALS } from './refuse';
import type { Refusal } from './providers/wire-format';

/** The person a session token belongs to. */
export interface Identity {
  readonly user: string;
  /** True when an identity provider vouched for the user. */
  readonly isVerified: boolean;
  /** Names of the groups the user is in. @default - none known */
  readonly groups?: readonly string[];
  /** Name of the organisation the user calls for. @default - none known */
  readonly organization?: string;
  /** Names the token among its holder's others, without giving it away. @default - not known */
  readonly tokenId?: string;
}

/** Undefined: the token is not valid. A rejection: it cannot be checked now. */
export type Authenticate = (token: string) => Identity | undefined | Promise<Identity | undefined>;

/** Whoever may go on, and with what. */
export interface Caller {
  readonly identity: Identity;
  readonly context?: RequestContext;
  /** The caller's own provider key, already masked for the record. Absent: a central key is used. */
  readonly ownKey?: OwnKey;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Checks every token a request brought, and the relay's attribution. */
export async function admit(
  headers: IncomingHttpHeaders,
  authenticate: Authenticate,
  contexts: Contexts | undefined,
): Promise<Admission> {
  const { tokens, ownKey } = readCredentials(headers);
  if (tokens.length === 0) return refused(REFUSALS.tokenMissing);
  const identity = await identify(tokens, authenticate);
  if ('refusal' in identity) return { kind: 'refused', refusal: identity.refusal };
  const attribution = attribute(headers[CONTEXT_HEADER], identity, contexts);
  if ('refusal' in attribution) return { kind: 'refused', refusal: attribution.refusal };
  return { kind: 'admitted', caller: callerOf(identity, attribution.context, ownKey) };
}

/** Whoever calls from a confirmed workspace calls for the organisation it belongs to. */
function callerOf(
  identity: Identity,
  context: RequestContext | undefined,
  ownKey: OwnKey | undefined,
): Caller {
  const organization = context?.organization;
  return {
    identity: organization === undefined ? identity : { ...identity, organization },
    ...(context === undefined ? {} : { context }),
    ...(ownKey === undefined ? {} : { ownKey }),
  };
}

function refused(refusal: Refusal): Admission {
  return { kind: 'refused', refusal };
}

/** Two tokens at once must be the same person's: else a stolen one could ride along with a valid one. */
async function identify(
  tokens: readonly string[],
  authenticate: Authenticate,
): Promise<Identity | { refusal: Refusal }> {
  try {
    const identities = await Promise.all(tokens.map(async (token) => authenticate(token)));
    const [first] = identities;
    const isOnePerson = identities.every((identity) => identity?.user === first?.user);
    return first !== undefined && isOnePerson ? first : { refusal: REFUSALS.tokenInvalid };
  } catch {
    return { refusal: REFUSALS.identityUnavailable };
  }
}

function attribute(
  header: string | string[] | undefined,
  identity: Identity,
  contexts: Contexts | undefined,
): { context?: RequestContext } | { refusal: Refusal } {
  if (header === undefined || contexts === undefined) return {};
  const verdict = contexts.verify(String(header), identity.user);
  switch (verdict.kind) {
    case 'valid':
      return { context: verdict.context };
    case 'expired':
      return { refusal: REFUSALS.contextExpired };
    case 'invalid':
      return { refusal: REFUSALS.contextInvalid };
  }
}

/** How the credential that goes upstream is described in the record. `centralHint` is already masked. */
export function describeCredential(
  caller: Caller,
  centralHint: string,
): { credentialKind: 'byok' | 'centralized'; credentialHint: string } {
  const own = caller.ownKey?.value.replace(/^bearer /i, '');
  return own === undefined
    ? { credentialKind: 'centralized', credentialHint: centralHint }
    : { credentialKind: 'byok', credentialHint: maskCredential(own) };
}
