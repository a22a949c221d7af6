import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';
import { AigovError } from '../../policy';

/** What a checkpoint vouches for: the first `size` records of the log named `origin` have this tree. */
export interface Checkpoint {
  /** Names the log; also the name of the signing key. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

const ED25519 = 1;
const RAW_KEY_BYTES = 32;

/**
 * A checkpoint as a signed note: C2SP tlog-checkpoint (three lines: origin, size, root) in C2SP signed-note with one
 * Ed25519 signature.
 */
export function signCheckpoint({ origin, size, root }: Checkpoint, privateKey: KeyObject): string {
  const body = `${origin}\n${size}\n${root.toString('base64')}\n`;
  const rawKey = rawPublicKey(createPublicKey(privateKey));
  const signature = Buffer.concat([
    keyId(origin, rawKey),
    sign(null, Buffer.from(body), privateKey),
  ]);
  return `${body}\n— ${origin} ${signature.toString('base64')}\n`;
}

/** The public key in the form of C2SP signed-note: `name+id+key`, to be kept where checkpoints are checked. */
export function verifierKey(origin: string, privateKey: KeyObject): string {
  const rawKey = rawPublicKey(createPublicKey(privateKey));
  const key = Buffer.concat([Buffer.from([ED25519]), rawKey]);
  return `${origin}+${keyId(origin, rawKey).toString('hex')}+${key.toString('base64')}`;
}

/** Reads a note without asking who signed it. Undefined when it is none. */
export function parseCheckpoint(note: string): Checkpoint | undefined {
  const [origin = '', size = '', root = '', rest] = note.split('\n');
  const isWhole = rest === '' && origin !== '' && /^\d{1,15}$/.test(size);
  const bytes = Buffer.from(root, 'base64');
  return isWhole && bytes.length === RAW_KEY_BYTES
    ? { origin, size: Number(size), root: bytes }
    : undefined;
}

/**
 * Whether the note carries a signature of this key.
 *
 * @throws AigovError CHECKPOINT_KEY_INVALID
 */
export function isSignedBy(note: string, verifier: string): boolean {
  const { name, id, key } = parseVerifier(verifier);
  const end = note.indexOf('\n\n');
  if (end === -1) return false;
  const body = Buffer.from(note.slice(0, end + 1));
  return note
    .slice(end + 2)
    .split('\n')
    .some((line) => {
      const [dash, signer, encoded = ''] = line.split(' ');
      const bytes = Buffer.from(encoded, 'base64');
      const isOurs = dash === '—' && signer === name && bytes.subarray(0, id.length).equals(id);
      return isOurs && verify(null, body, key, bytes.subarray(id.length));
    });
}

/** A name may hold `+`; the id and the key that follow it may not begin with one, so the last two parts are theirs. */
function parseVerifier(verifier: string): { name: string; id: Buffer; key: KeyObject } {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(verifier.trim());
  const [, name = '', id = '', encoded = ''] = match ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  const rawKey = bytes.subarray(1);
  const isRight =
    bytes[0] === ED25519 &&
    rawKey.length === RAW_KEY_BYTES &&
    keyId(name, rawKey).toString('hex') === id;
  if (!isRight) throw keyInvalid();
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: rawKey.toString('base64url') };
  return { name, id: Buffer.from(id, 'hex'), key: createPublicKey({ key: jwk, format: 'jwk' }) };
}

/** C2SP signed-note: the first four bytes of SHA-256 over name, newline, algorithm and key. */
function keyId(name: string, rawKey: Buffer): Buffer {
  const described = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ED25519]), rawKey]);
  return hash('sha256', described, 'buffer').subarray(0, 4);
}

function rawPublicKey(publicKey: KeyObject): Buffer {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function keyInvalid(): AigovError {
  return new AigovError(
    'CHECKPOINT_KEY_INVALID',
    'the public key is not of the form name+id+key (Ed25519)',
    {
      remedy: 'Give the line from the file that ends in "-checkpoint.pub" beside the ledger.',
    },
  );
}
