import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';

/** A short-lived server identity for one plugin process. */
export interface ServerCertificate {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
  readonly der: Buffer;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const BITS = 0x03;
const OCTETS = 0x04;
const BOOLEAN_TRUE = Buffer.from('0101ff', 'hex');
const ECDSA_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const SERVER_AND_CLIENT_AUTH = Buffer.from('301406082b0601050507030106082b06010505070302', 'hex');
const DAY_MS = 86_400_000;

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function utcTime(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
}

function extension(oid: string, isCritical: boolean, value: Uint8Array): Buffer {
  const id = der(0x06, Buffer.from(oid, 'hex'));
  return der(SEQUENCE, id, ...(isCritical ? [BOOLEAN_TRUE] : []), der(OCTETS, value));
}

/** The certificate shape go-plugin makes for itself (go-plugin mtls.go): CN and SAN localhost, its own CA. */
function toBeSigned(publicKey: Uint8Array, now: number): Buffer {
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from('localhost')))),
  );
  const serial = der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)]));
  const validity = der(
    SEQUENCE,
    utcTime(new Date(now - 60_000)),
    utcTime(new Date(now + 30 * DAY_MS)),
  );
  const extensions = der(
    SEQUENCE,
    extension('551d0f', true, der(BITS, Buffer.from('02ac', 'hex'))),
    extension('551d25', false, SERVER_AND_CLIENT_AUTH),
    extension('551d13', true, der(SEQUENCE, BOOLEAN_TRUE)),
    extension('551d11', false, der(SEQUENCE, der(0x82, Buffer.from('localhost')))),
  );
  const version3 = der(0xa0, Buffer.from('020102', 'hex'));
  const parts = [version3, serial, ECDSA_SHA256, name, validity, name, publicKey];
  return der(SEQUENCE, ...parts, der(0xa3, extensions));
}

/**
 * A new self-signed P-256 certificate. The PEM comes from X509Certificate: PEM wrapped by hand gets a blank line when
 * the base64 length is a multiple of 64, which OpenSSL refuses in 0.3 % of starts.
 */
export function createServerCertificate(now: number = Date.now()): ServerCertificate {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const body = toBeSigned(pair.publicKey, now);
  const signature = sign('sha256', body, createPrivateKey(pair.privateKey));
  const bits = der(BITS, Buffer.from([0]), signature);
  const certificate = der(SEQUENCE, body, ECDSA_SHA256, bits);
  return {
    privateKeyPem: pair.privateKey,
    certificatePem: new X509Certificate(certificate).toString(),
    der: certificate,
  };
}
