import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { issueAuthority, issueServer, type Issuer } from './certificate';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Back-dated so that a clock that was ahead when the daemon started does not make us invalid for weeks. */
const AUTHORITY_BACKDATED_MS = 30 * DAY_MS;
const AUTHORITY_LIFETIME_MS = 10 * 365 * DAY_MS;
const SERVER_BACKDATED_MS = 2 * DAY_MS;
const SERVER_LIFETIME_MS = 60 * DAY_MS;
/** A cached certificate is issued anew this long before it ends. */
const RENEW_BEFORE_MS = DAY_MS;

/** Secure contexts kept, least recently used out first; one costs milliseconds to make and about 20 kB. */
export const MAX_CACHED_CONTEXTS = 512;

/** Signs certificates for the hosts of one daemon. Its keys exist in this process's memory only. */
export interface CertificateAuthority {
  /** What clients have to trust. */
  readonly certificatePem: string;
  /** A TLS server context for a host: an ASCII DNS name or an IP address, without port. Cached. */
  contextFor(host: string): SecureContext;
}

interface CachedContext {
  readonly context: SecureContext;
  readonly validFromMs: number;
  readonly validUntilMs: number;
}

interface Keys {
  readonly authority: Issuer;
  readonly server: { readonly publicKey: KeyObject; readonly privateKeyPem: string };
}

function generateKeys(clockMs: number): Keys {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const started = new Date(clockMs).toISOString().slice(0, 19);
  return {
    authority: { ...authority, commonName: `aigov agent firewall CA ${started}Z` },
    server: {
      publicKey: server.publicKey,
      privateKeyPem: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
  };
}

function createContext(keys: Keys, certificatePem: string, host: string, nowMs: number) {
  const validity = {
    notBeforeMs: nowMs - SERVER_BACKDATED_MS,
    notAfterMs: nowMs + SERVER_LIFETIME_MS,
  };
  const cert = issueServer(keys.authority, { host, publicKey: keys.server.publicKey }, validity);
  const context = createSecureContext({
    cert,
    key: keys.server.privateKeyPem,
    // Not used to verify anything; without it OpenSSL loads every root it knows, for each context.
    ca: certificatePem,
    minVersion: 'TLSv1.2',
  });
  return {
    context,
    validFromMs: validity.notBeforeMs,
    validUntilMs: validity.notAfterMs - RENEW_BEFORE_MS,
  };
}

/** Creates a new authority with new keys. `clock` gives milliseconds since the epoch. */
export function createCertificateAuthority(clock: () => number = Date.now): CertificateAuthority {
  const startedMs = clock();
  const keys = generateKeys(startedMs);
  const certificatePem = issueAuthority(keys.authority, {
    notBeforeMs: startedMs - AUTHORITY_BACKDATED_MS,
    notAfterMs: startedMs + AUTHORITY_LIFETIME_MS,
  });
  const cache = new Map<string, CachedContext>();
  return {
    certificatePem,
    contextFor(host) {
      const nowMs = clock();
      const found = cache.get(host);
      const isCurrent =
        found !== undefined && found.validFromMs <= nowMs && nowMs < found.validUntilMs;
      const entry = isCurrent ? found : createContext(keys, certificatePem, host, nowMs);
      // A Map keeps insertion order: put back last, so the first key is the least recently used.
      cache.delete(host);
      cache.set(host, entry);
      for (const oldest of cache.keys()) {
        if (cache.size <= MAX_CACHED_CONTEXTS) break;
        cache.delete(oldest);
      }
      return entry.context;
    },
  };
}
