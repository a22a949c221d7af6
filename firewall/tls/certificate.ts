import { createHash, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { addressOctets } from './address-octets';
import {
  derBitString,
  derBoolean,
  derContext,
  derExplicit,
  derObjectIdentifier,
  derOctetString,
  derSequence,
  derSet,
  derTime,
  derUnsigned,
  derUtf8,
} from './der';

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

const ORGANIZATION = 'aigov agent firewall';
/** ub-common-name of RFC 5280, appendix A.1. */
const MAX_COMMON_NAME = 64;
const SERIAL_BYTES = 16;
const X509_V3 = 2;
const KEY_USAGE = {
  /** keyCertSign and cRLSign: bits 5 and 6. */
  authority: derBitString(Buffer.from([0b0000_0110]), 1),
  /** digitalSignature: bit 0. */
  server: derBitString(Buffer.from([0b1000_0000]), 7),
};

export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Who signs: the authority's private and public key and the common name it stands under. */
export interface Issuer {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly commonName: string;
}

function spki(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** SHA-1 names the key here, as RFC 5280 §4.2.1.2 does; nothing rests on its strength. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha1').update(spki(publicKey)).digest();
}

function attribute(oid: string, value: string): Buffer {
  return derSet(derSequence(derObjectIdentifier(oid), derUtf8(value)));
}

/** The organisation alone names a subject whose host is longer than a common name may be. */
function distinguishedName(commonName: string): Buffer {
  const organization = attribute(OID.organization, ORGANIZATION);
  return commonName.length > MAX_COMMON_NAME
    ? derSequence(organization)
    : derSequence(organization, attribute(OID.commonName, commonName));
}

function extension(oid: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [derBoolean(true)] : [];
  return derSequence(derObjectIdentifier(oid), ...critical, derOctetString(value));
}

function keyIdentifiers(subject: KeyObject, issuer: KeyObject): Buffer[] {
  return [
    extension(OID.subjectKeyIdentifier, false, derOctetString(keyIdentifier(subject))),
    extension(OID.authorityKeyIdentifier, false, derSequence(derContext(0, keyIdentifier(issuer)))),
  ];
}

/** GeneralName: `[2]` a DNS name, `[7]` an address (RFC 5280 §4.2.1.6). */
function subjectAltName(host: string): Buffer {
  const name =
    isIP(host) === 0
      ? derContext(2, Buffer.from(host, 'ascii'))
      : derContext(7, addressOctets(host));
  return extension(OID.subjectAltName, false, derSequence(name));
}

interface Subject {
  readonly commonName: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

/** Signs a certificate; PEM is written by OpenSSL, whose line breaking is right at every length. */
function issue(issuer: Issuer, subject: Subject, validity: Validity): string {
  const algorithm = derSequence(derObjectIdentifier(OID.ecdsaWithSha256));
  const toBeSigned = derSequence(
    derExplicit(0, derUnsigned(Buffer.from([X509_V3]))),
    derUnsigned(randomBytes(SERIAL_BYTES)),
    algorithm,
    distinguishedName(issuer.commonName),
    derSequence(derTime(validity.notBeforeMs), derTime(validity.notAfterMs)),
    distinguishedName(subject.commonName),
    spki(subject.publicKey),
    derExplicit(3, derSequence(...subject.extensions)),
  );
  const signature = sign('sha256', toBeSigned, issuer.privateKey);
  const der = derSequence(toBeSigned, algorithm, derBitString(signature));
  return new X509Certificate(der).toString();
}

/** A self-signed authority that may sign servers and nothing below it. PEM. */
export function issueAuthority(issuer: Issuer, validity: Validity): string {
  const extensions = [
    extension(
      OID.basicConstraints,
      true,
      derSequence(derBoolean(true), derUnsigned(Buffer.from([0]))),
    ),
    extension(OID.keyUsage, true, KEY_USAGE.authority),
    ...keyIdentifiers(issuer.publicKey, issuer.publicKey),
  ];
  return issue(issuer, { ...issuer, extensions }, validity);
}

/** A server certificate for one host: an ASCII DNS name or an IP address. PEM. */
export function issueServer(
  issuer: Issuer,
  server: { readonly host: string; readonly publicKey: KeyObject },
  validity: Validity,
): string {
  const extensions = [
    extension(OID.basicConstraints, true, derSequence()),
    extension(OID.keyUsage, true, KEY_USAGE.server),
    extension(OID.extendedKeyUsage, false, derSequence(derObjectIdentifier(OID.serverAuth))),
    ...keyIdentifiers(server.publicKey, issuer.publicKey),
    subjectAltName(server.host),
  ];
  const subject = { commonName: server.host, publicKey: server.publicKey, extensions };
  return issue(issuer, subject, validity);
}
