import { request } from 'undici';
import { asText, parseJsonObject } from '../providers/read-json';
import type { Credential } from './credential';
import { MCP_REFUSALS } from './refuse';

/** OAuth 2.0 client credentials (RFC 6749, section 4.4; RFC 8707 for `resource`). */
export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
  /** The MCP server's canonical address, where the authorization server asks for it. */
  readonly resource?: string;
}

/** A token is fetched anew when less than this is left of it. */
const RENEW_BEFORE_MS = 30_000;
/** Lifetime of a token that comes without one. */
const DEFAULT_LIFETIME_MS = 5 * 60_000;
/** Largest answer of a token endpoint read. */
const MAX_TOKEN_ANSWER_BYTES = 64 * 1024;

interface Token {
  readonly value: string;
  readonly expiresAtMs: number;
}

/** One central token, fetched when needed, by one request however many wait for it. */
export function clientCredentials(
  config: ClientCredentials,
  timeoutMs: number,
  clock: () => number = Date.now,
): Credential {
  let current: Token | undefined;
  let fetching: Promise<Token | undefined> | undefined;
  const renewed = () => {
    fetching ??= fetchToken(config, timeoutMs, clock).finally(() => (fetching = undefined));
    return fetching;
  };
  return {
    isRenewable: true,
    async headersFor(_caller, isRefused) {
      const isFresh = current !== undefined && current.expiresAtMs - clock() > RENEW_BEFORE_MS;
      if (!isFresh || isRefused) current = await renewed();
      return current === undefined
        ? { refusal: MCP_REFUSALS.credentialUnavailable }
        : { headers: ['authorization', `Bearer ${current.value}`] };
    },
  };
}

async function fetchToken(
  { tokenUrl, clientId, clientSecret, scope, resource }: ClientCredentials,
  timeoutMs: number,
  clock: () => number,
): Promise<Token | undefined> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope === undefined ? {} : { scope }),
    ...(resource === undefined ? {} : { resource }),
  });
  const basic = [clientId, clientSecret].map(encodeURIComponent).join(':');
  try {
    const answer = await request(tokenUrl, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: form.toString(),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    return readToken(await readLimited(answer.body), clock());
  } catch {
    return undefined;
  }
}

async function readLimited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_TOKEN_ANSWER_BYTES) throw new Error('token answer too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Header values are visible ASCII: anything else would be a token that cannot be sent. */
const SENDABLE = /^[\x21-\x7e]+$/;

function readToken(text: string, nowMs: number): Token | undefined {
  const answer = parseJsonObject(text);
  const value = asText(answer?.['access_token']);
  if (value === undefined || !SENDABLE.test(value)) return undefined;
  const seconds = Number(answer?.['expires_in']);
  const lifetimeMs = seconds > 0 ? seconds * 1000 : DEFAULT_LIFETIME_MS;
  return { value, expiresAtMs: nowMs + lifetimeMs };
}
