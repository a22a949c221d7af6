import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Longest attribution header taken, in characters. */
export const MAX_CONTEXT_LENGTH = 4096;

/** What the relay knows about one request. Claimed by the workspace, never proven. */
export interface RequestClaims {
  /** Git remote of the calling process's directory. */
  readonly repository?: string;
  /** The jail the request came from, and its place among that jail's network decisions. */
  readonly firewall?: { readonly sessionId: string; readonly sequence: number };
}

/** What a relay signs with: given out by the server against a session token, short-lived. */
export interface ContextKey {
  readonly id: string;
  readonly secret: string;
}

/**
 * Writes the attribution header: `v1.<id>.<claims>.<mac>`, claims as base64url JSON, the mac HMAC-SHA256 over all
 * before it, base64url. The secret never travels after registration.
 */
export function signContext(key: ContextKey, claims: RequestClaims): string {
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  const signed = `v1.${key.id}.${payload}`;
  return `${signed}.${macOf(signed, key.secret).toString('base64url')}`;
}

/** A header taken apart; nothing in it is trusted before `hasValidMac`. */
export interface ParsedContext {
  readonly id: string;
  readonly payload: string;
  readonly signed: string;
  readonly mac: Buffer;
}

const FORM = /^(v1\.([\w-]{1,64})\.([\w-]*))\.([\w-]{43})$/;

export function parseContext(header: string): ParsedContext | undefined {
  const match = header.length <= MAX_CONTEXT_LENGTH ? FORM.exec(header) : null;
  const [, signed, id, payload, mac] = match ?? [];
  if (signed === undefined || id === undefined || payload === undefined || mac === undefined)
    return undefined;
  return { id, payload, signed, mac: Buffer.from(mac, 'base64url') };
}

export function hasValidMac({ signed, mac }: ParsedContext, secret: string): boolean {
  const expected = macOf(signed, secret);
  return mac.length === expected.length && timingSafeEqual(mac, expected);
}

/** The claims of a header whose mac holds. Undefined: signed, but not of this form. */
export function readClaims(payload: string): RequestClaims | undefined {
  try {
    const value = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as unknown;
    return isClaims(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const CODER_SESSION = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CODER_SEQUENCE = /^\d{1,10}$/;

/** What Coder's own firewall says in headers of its requests: both or none (Coder docs, AI Gateway reference, read 2026-11-20). */
export function readCoderFirewall(
  headers: IncomingHttpHeaders,
): RequestClaims['firewall'] | undefined {
  const sessionId = headers['x-coder-agent-firewall-session-id'];
  const sequence = headers['x-coder-agent-firewall-sequence-number'];
  if (typeof sessionId !== 'string' || typeof sequence !== 'string') return undefined;
  const isWellFormed = CODER_SESSION.test(sessionId) && CODER_SEQUENCE.test(sequence);
  return isWellFormed ? { sessionId, sequence: Number(sequence) } : undefined;
}

function isClaims(value: unknown): value is RequestClaims {
  if (typeof value !== 'object' || value === null) return false;
  const { repository, firewall } = value as Record<string, unknown>;
  return (repository === undefined || typeof repository === 'string') && isFirewall(firewall);
}

function isFirewall(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { sessionId, sequence } = value as Record<string, unknown>;
  return typeof sessionId === 'string' && Number.isSafeInteger(sequence);
}

function macOf(text: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}
