/**
 * Reads server name and protocols out of a TLS ClientHello without taking part in the handshake (RFC 8446
 * §4.1.2, RFC 6066 §3, RFC 7301). Input is hostile: every read is bounded, nothing throws.
 */

/** A ClientHello with post-quantum key shares has about 1.8 kB; OpenSSL refuses more than 16 kB + 1 record. */
export const MAX_CLIENT_HELLO_BYTES = 16 * 1024;

export type ClientHello =
  | {
      readonly kind: 'hello';
      /** Lower case, as sent otherwise; absent when the client names no server. */
      readonly serverName?: string;
      /** ALPN protocols in the client's order; empty when it offers none. */
      readonly protocols: readonly string[];
    }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'invalid' };

const HANDSHAKE_RECORD = 0x16;
const RECORD_HEADER_BYTES = 5;
const CLIENT_HELLO = 1;
const HANDSHAKE_HEADER_BYTES = 4;
const VERSION_AND_RANDOM_BYTES = 34;
const EXTENSION = { serverName: 0, alpn: 16 } as const;
const HOST_NAME = 0;
const HOST = /^[a-z0-9]([a-z0-9_.-]{0,252}[a-z0-9_])?$/;

const INCOMPLETE: ClientHello = { kind: 'incomplete' };
const INVALID: ClientHello = { kind: 'invalid' };

/** A cursor that answers `undefined` beyond the end, for ever. */
class Reader {
  #at = 0;
  constructor(readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  number(width: 1 | 2 | 3): number | undefined {
    const taken = this.take(width);
    return taken?.reduce((value, octet) => value * 256 + octet, 0);
  }

  take(length: number): Uint8Array | undefined {
    if (this.#at + length > this.bytes.length) return undefined;
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }

  /** A vector: its length in `width` octets, then as many octets. */
  vector(width: 1 | 2): Uint8Array | undefined {
    const length = this.number(width);
    return length === undefined ? undefined : this.take(length);
  }
}

/** Joins the handshake octets of the records at the start of a stream. */
function handshakeOctets(bytes: Uint8Array): Buffer | 'invalid' {
  const fragments: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const header = bytes.subarray(at, at + RECORD_HEADER_BYTES);
    // Another type of record may follow a whole ClientHello: early data, for one.
    if (header[0] !== HANDSHAKE_RECORD && at > 0) break;
    if (header[0] !== HANDSHAKE_RECORD || (header.length > 1 && header[1] !== 3)) return 'invalid';
    if (header.length < RECORD_HEADER_BYTES) break;
    const length = (header[3] ?? 0) * 256 + (header[4] ?? 0);
    if (length === 0) return 'invalid';
    fragments.push(bytes.subarray(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + length));
    at += RECORD_HEADER_BYTES + length;
  }
  return Buffer.concat(fragments);
}

function serverNameOf(extension: Uint8Array): string | undefined {
  const list = new Reader(extension).vector(2);
  if (list === undefined) return undefined;
  const entries = new Reader(list);
  const type = entries.number(1);
  const name = entries.vector(2);
  // INVARIANT: exactly one host name. RFC 6066 forbids two; accepting the first would let a peer use the other.
  if (type !== HOST_NAME || name === undefined || !entries.isAtEnd) return undefined;
  const host = Buffer.from(name).toString('latin1').toLowerCase();
  return HOST.test(host) ? host : undefined;
}

function protocolsOf(extension: Uint8Array): string[] | undefined {
  const list = new Reader(extension).vector(2);
  if (list === undefined) return undefined;
  const names = new Reader(list);
  const protocols: string[] = [];
  while (!names.isAtEnd) {
    const name = names.vector(1);
    if (name === undefined) return undefined;
    protocols.push(Buffer.from(name).toString('latin1'));
  }
  return protocols;
}

/** Type to content; undefined when malformed or when a type comes twice (RFC 8446 §4.2 forbids it). */
function extensionsOf(bytes: Uint8Array): Map<number, Uint8Array> | undefined {
  const reader = new Reader(bytes);
  const extensions = new Map<number, Uint8Array>();
  while (!reader.isAtEnd) {
    const type = reader.number(2);
    const content = reader.vector(2);
    if (type === undefined || content === undefined || extensions.has(type)) return undefined;
    extensions.set(type, content);
  }
  return extensions;
}

function extensionBlock(body: Reader): Uint8Array | undefined {
  const isWhole =
    body.take(VERSION_AND_RANDOM_BYTES) !== undefined &&
    body.vector(1) !== undefined && // legacy_session_id
    body.vector(2) !== undefined && // cipher_suites
    body.vector(1) !== undefined; // legacy_compression_methods
  if (!isWhole) return undefined;
  return body.isAtEnd ? new Uint8Array() : body.vector(2);
}

function parseBody(body: Reader): ClientHello {
  const block = extensionBlock(body);
  const extensions = block === undefined || !body.isAtEnd ? undefined : extensionsOf(block);
  if (extensions === undefined) return INVALID;
  const name = extensions.get(EXTENSION.serverName);
  const alpn = extensions.get(EXTENSION.alpn);
  const serverName = name === undefined ? undefined : serverNameOf(name);
  const protocols = alpn === undefined ? [] : protocolsOf(alpn);
  if (protocols === undefined || (name !== undefined && serverName === undefined)) return INVALID;
  return { kind: 'hello', protocols, ...(serverName === undefined ? {} : { serverName }) };
}

/** Parses the first bytes of a connection. `incomplete`: ask again with more. Never throws. */
export function parseClientHello(bytes: Uint8Array): ClientHello {
  const handshake = handshakeOctets(bytes.subarray(0, MAX_CLIENT_HELLO_BYTES));
  if (handshake === 'invalid') return INVALID;
  const reader = new Reader(handshake);
  const type = reader.number(1);
  const length = reader.number(3);
  if (type !== undefined && type !== CLIENT_HELLO) return INVALID;
  if (length !== undefined && length > MAX_CLIENT_HELLO_BYTES - HANDSHAKE_HEADER_BYTES) {
    return INVALID;
  }
  const body = length === undefined ? undefined : reader.take(length);
  if (body !== undefined) return parseBody(new Reader(body));
  return bytes.length >= MAX_CLIENT_HELLO_BYTES ? INVALID : INCOMPLETE;
}
