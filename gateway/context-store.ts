import { randomBytes } from 'node:crypto';
import type { WorkspaceFacts } from '../audit';
import { hasValidMac, parseContext, readClaims, type RequestClaims } from './context';

/** How long a relay may sign with one secret. */
export const CONTEXT_LIFETIME_MS = 60 * 60 * 1000;
/** The same where the workspace could not be confirmed just now: long enough not to ask all the time. */
export const UNCONFIRMED_LIFETIME_MS = 10 * 60 * 1000;
/** Relays known at once; beyond it the oldest must register again. */
export const MAX_CONTEXTS = 100_000;

/** What a relay says about its workspace when it registers. */
export interface RelayFacts {
  readonly workspace: WorkspaceFacts;
  readonly taskId?: string;
}

/** What a registration stands for. */
export interface Attribution extends RelayFacts {
  /** True when an identity provider confirmed that the workspace is the user's. @default false */
  readonly isConfirmed?: boolean;
  /** Name of the organisation a confirmed workspace belongs to. */
  readonly organization?: string;
}

/** Answer to a registration. */
export interface RelaySession {
  readonly id: string;
  readonly secret: string;
  /** RFC 3339, by the server's clock. */
  readonly expiresAt: string;
  /** The same as a span, for a relay whose clock is wrong. */
  readonly lifetimeSeconds: number;
}

/** Attribution of one request, checked as far as its signature goes. */
export interface RequestContext extends Attribution, RequestClaims {}

export type ContextVerdict =
  | { readonly kind: 'valid'; readonly context: RequestContext }
  /** The relay must register again: the id is unknown (a restarted server forgets) or too old. */
  | { readonly kind: 'expired' }
  /** Altered, malformed, or registered by somebody else. */
  | { readonly kind: 'invalid' };

export interface Contexts {
  /** @param lifetimeMs default `CONTEXT_LIFETIME_MS` */
  register(user: string, attribution: Attribution, lifetimeMs?: number): RelaySession;
  verify(header: string, user: string): ContextVerdict;
}

interface Registration {
  readonly user: string;
  readonly secret: string;
  readonly expiresAtMs: number;
  readonly attribution: Attribution;
}

/** Keeps relay registrations in memory. */
export function createContexts(clock: () => number = Date.now): Contexts {
  const registrations = new Map<string, Registration>();
  return {
    register(user, attribution, lifetimeMs = CONTEXT_LIFETIME_MS) {
      const id = randomBytes(12).toString('base64url');
      const secret = randomBytes(32).toString('base64url');
      const expiresAtMs = clock() + lifetimeMs;
      registrations.set(id, { user, secret, expiresAtMs, attribution });
      dropOldest(registrations);
      const expiresAt = new Date(expiresAtMs).toISOString();
      return { id, secret, expiresAt, lifetimeSeconds: Math.floor(lifetimeMs / 1000) };
    },
    verify: (header, user) => verify(registrations, header, user, clock()),
  };
}

/** A Map keeps insertion order: the first registered goes first. */
function dropOldest(registrations: Map<string, Registration>): void {
  const [oldest] = registrations.keys();
  if (registrations.size > MAX_CONTEXTS && oldest !== undefined) registrations.delete(oldest);
}

function verify(
  registrations: Map<string, Registration>,
  header: string,
  user: string,
  nowMs: number,
): ContextVerdict {
  const parsed = parseContext(header);
  if (parsed === undefined) return { kind: 'invalid' };
  const registration = registrations.get(parsed.id);
  if (registration === undefined) return { kind: 'expired' };
  if (!hasValidMac(parsed, registration.secret) || registration.user !== user)
    return { kind: 'invalid' };
  if (registration.expiresAtMs <= nowMs) {
    registrations.delete(parsed.id);
    return { kind: 'expired' };
  }
  const claims = readClaims(parsed.payload);
  if (claims === undefined) return { kind: 'invalid' };
  return { kind: 'valid', context: { ...registration.attribution, ...claims } };
}
