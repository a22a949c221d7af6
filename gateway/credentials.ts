import type { IncomingHttpHeaders } from 'node:http';

/** What a request brought to prove itself. */
export interface PresentedCredentials {
  /** The tokens offered to us, without duplicates. More than one must all belong to the same person. */
  readonly tokens: readonly string[];
  /**
   * The caller's own provider key, when `X-Coder-AI-Governance-Token` carries our token (Coder docs, AI Gateway
   * authentication, read 2026-11-20). `X-Api-Key` wins over `Authorization`.
   */
  readonly ownKey?: OwnKey;
}

/** A provider key brought by the caller, to go on under the header it came in. */
export interface OwnKey {
  readonly header: 'x-api-key' | 'authorization' | 'x-goog-api-key';
  readonly value: string;
}

export function readCredentials(headers: IncomingHttpHeaders): PresentedCredentials {
  const governance = single(headers['x-coder-ai-governance-token']);
  if (governance === undefined) return { tokens: distinct(keyTokens(headers)) };
  const ownKey = readOwnKey(headers);
  return { tokens: [governance], ...(ownKey === undefined ? {} : { ownKey }) };
}

/** The caller's key in whichever header carries one. */
export function readOwnKey(headers: IncomingHttpHeaders): OwnKey | undefined {
  for (const header of ['x-api-key', 'authorization', 'x-goog-api-key'] as const) {
    const value = single(headers[header]);
    if (value !== undefined && value !== '') return { header, value };
  }
  return undefined;
}

function keyTokens(headers: IncomingHttpHeaders): readonly (string | undefined)[] {
  return [
    bearerToken(headers.authorization) ?? awsAccessKeyId(headers.authorization),
    single(headers['x-api-key']),
    single(headers['x-goog-api-key']),
  ];
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(value: string | undefined): string | undefined {
  if (value === undefined || !/^bearer /i.test(value)) return undefined;
  return value.slice('bearer '.length).trim();
}

/** AWS SDKs sign instead of sending a token: their access key id then is the token, and the signature means nothing here. */
function awsAccessKeyId(value: string | undefined): string | undefined {
  return /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\//.exec(value ?? '')?.[1];
}

/** What a credential header's value proves itself with, out of its scheme. */
export function secretOf(value: string): string {
  return bearerToken(value) ?? awsAccessKeyId(value) ?? value;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function distinct(tokens: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(tokens.filter((token) => token !== undefined && token !== ''))] as string[];
}

/** Enough of a key to recognise it, never enough to use it: 4+4 characters from 20 up, 2+2 from 10, 1+1 from 5 (Coder's rule). */
export function maskCredential(secret: string): string {
  const shown = secret.length >= 20 ? 4 : secret.length >= 10 ? 2 : secret.length >= 5 ? 1 : 0;
  return shown === 0 ? '…' : `${secret.slice(0, shown)}…${secret.slice(-shown)}`;
}
