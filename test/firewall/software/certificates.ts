/** The authority behind the town's origins, and certificates as servers of other makers want them: PEM. */
import { generateKeyPairSync } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { issueAuthority, issueServer } from '../../../firewall/tls/certificate';

const DAY_MS = 86_400_000;

function keyPair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface TownAuthority {
  readonly certificatePem: string;
  certificateFor(host: string): ServerCertificate;
  contextFor(host: string): SecureContext;
}

export function createTownAuthority(): TownAuthority {
  const issuer = { ...keyPair(), commonName: 'Town test authority' };
  const server = keyPair();
  const key = server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const nowMs = Date.now();
  const validity = { notBeforeMs: nowMs - DAY_MS, notAfterMs: nowMs + DAY_MS };
  const certificateFor = (host: string): ServerCertificate => ({
    key,
    cert: issueServer(issuer, { host, publicKey: server.publicKey }, validity),
  });
  return {
    certificatePem: issueAuthority(issuer, validity),
    certificateFor,
    contextFor: (host) => createSecureContext({ ...certificateFor(host), minVersion: 'TLSv1.2' }),
  };
}
