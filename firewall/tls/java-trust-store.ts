import { createHash, X509Certificate } from 'node:crypto';
import { certificatesOf } from './ca-bundle';

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
/** Every trust store has one; what it guards against is somebody who may write the file anyway. */
const PASSWORD = 'changeit';
const SALT = 'Mighty Aphrodite';

/** Java's `writeUTF`: two bytes of length, then the text, which is ASCII here. */
function utf(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function entry(certificate: string, index: number): Buffer {
  const der = new X509Certificate(certificate).raw;
  const tag = Buffer.alloc(4);
  tag.writeUInt32BE(TRUSTED_CERTIFICATE);
  const created = Buffer.alloc(8);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(der.length);
  return Buffer.concat([tag, utf(`root-${index}`), created, utf('X.509'), length, der]);
}

/**
 * The certificates of a PEM bundle as a Java key store in the format JKS, which every Java since 1.2 reads. Source:
 * OpenJDK, sun.security.provider.JavaKeyStore, read 2026-11.
 */
export function javaTrustStore(bundle: string): Buffer {
  const entries = certificatesOf(bundle).map(entry);
  const head = Buffer.alloc(12);
  head.writeUInt32BE(MAGIC, 0);
  head.writeUInt32BE(VERSION, 4);
  head.writeUInt32BE(entries.length, 8);
  const content = Buffer.concat([head, ...entries]);
  const password = Buffer.from(PASSWORD, 'utf16le').swap16();
  const digest = createHash('sha1').update(password).update(SALT).update(content).digest();
  return Buffer.concat([content, digest]);
}
