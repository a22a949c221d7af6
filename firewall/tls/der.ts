/** Writes DER (X.690): just the types an X.509 certificate needs. Every function returns one whole element. */

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

const CONTEXT_PRIMITIVE = 0x80;
const CONTEXT_CONSTRUCTED = 0xa0;

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.from([0x80 | octets.length, ...octets]);
}

function element(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOctets(content.length), content]);
}

export function derSequence(...items: readonly Uint8Array[]): Buffer {
  return element(TAG.sequence, Buffer.concat(items));
}

export function derSet(...items: readonly Uint8Array[]): Buffer {
  return element(TAG.set, Buffer.concat(items));
}

/** An unsigned integer from big-endian octets: leading zeros go, one comes back where the top bit is set. */
export function derUnsigned(octets: Uint8Array): Buffer {
  const first = octets.findIndex((octet) => octet !== 0);
  const digits = first === -1 ? Buffer.from([0]) : Buffer.from(octets.subarray(first));
  const needsZero = (digits[0] ?? 0) >= 0x80;
  return element(TAG.integer, needsZero ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

export function derBoolean(value: boolean): Buffer {
  return element(TAG.boolean, Buffer.from([value ? 0xff : 0]));
}

/** A bit string; `unusedBits` counts the bits of the last octet that do not belong to it. */
export function derBitString(octets: Uint8Array, unusedBits = 0): Buffer {
  return element(TAG.bitString, Buffer.concat([Buffer.from([unusedBits]), octets]));
}

export function derOctetString(octets: Uint8Array): Buffer {
  return element(TAG.octetString, octets);
}

export function derUtf8(text: string): Buffer {
  return element(TAG.utf8String, Buffer.from(text, 'utf8'));
}

function base128(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift(0x80 | (rest % 128));
  }
  return octets;
}

/** An object identifier from its dotted form. */
export function derObjectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(
    TAG.objectIdentifier,
    Buffer.from([...base128(first * 40 + second), ...rest.flatMap(base128)]),
  );
}

/** A point in time, whole seconds: UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5). */
export function derTime(timeMs: number): Buffer {
  const date = new Date(timeMs);
  const digits = date.toISOString().replace(/[-:T]|\.\d{3}/g, '');
  return date.getUTCFullYear() < 2050
    ? element(TAG.utcTime, Buffer.from(digits.slice(2), 'ascii'))
    : element(TAG.generalizedTime, Buffer.from(digits, 'ascii'));
}

/** `[number] IMPLICIT` around octets. */
export function derContext(number: number, content: Uint8Array): Buffer {
  return element(CONTEXT_PRIMITIVE | number, content);
}

/** `[number] EXPLICIT` around one whole element. */
export function derExplicit(number: number, inner: Uint8Array): Buffer {
  return element(CONTEXT_CONSTRUCTED | number, inner);
}
