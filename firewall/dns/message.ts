/** Reads DNS questions and writes answers (RFC 1035). Input is hostile: reads are bounded, nothing throws. */

/** Longer ones are not answered: no resolver asks one question in more. */
export const MAX_QUERY_BYTES = 4096;

export const RECORD_TYPE = { a: 1, aaaa: 28 } as const;
export const RESPONSE_CODE = {
  noError: 0,
  formatError: 1,
  nameError: 3,
  notImplemented: 4,
} as const;

type ResponseCode = (typeof RESPONSE_CODE)[keyof typeof RESPONSE_CODE];

export type DnsQuery =
  | {
      readonly kind: 'query';
      readonly id: number;
      readonly isRecursionDesired: boolean;
      /** Lower case, no dot at the end; octets that are no host character are written `\ddd`. */
      readonly name: string;
      readonly type: number;
      /** The question as sent, with its upper and lower case, to be echoed. */
      readonly question: Buffer;
    }
  /** Answerable with an error code. */
  | { readonly kind: 'refused'; readonly id: number; readonly code: ResponseCode }
  /** Not a question at all: not answered. */
  | { readonly kind: 'noise' };

const HEADER_BYTES = 12;
const MAX_NAME_BYTES = 255;
const MAX_LABEL_BYTES = 63;
const QUESTION_TAIL_BYTES = 4;
const CLASS_INTERNET = 1;
const FLAG = { response: 0x8000, recursionDesired: 0x0100, recursionAvailable: 0x0080 } as const;
const POINTER_TO_QUESTION = 0xc000 | HEADER_BYTES;

interface ReadName {
  readonly name: string;
  /** Where the octets after the name begin. */
  readonly end: number;
}

function labelText(octets: Uint8Array): string {
  return [...octets]
    .map((octet) => {
      const character = String.fromCharCode(octet);
      return /[A-Za-z0-9_-]/.test(character)
        ? character.toLowerCase()
        : `\\${String(octet).padStart(3, '0')}`;
    })
    .join('');
}

/** A question's name has no compression pointers: there is nothing before it to point to. */
function readName(packet: Buffer): ReadName | undefined {
  const labels: string[] = [];
  for (let at = HEADER_BYTES; at - HEADER_BYTES < MAX_NAME_BYTES;) {
    const length = packet[at];
    if (length === undefined || length > MAX_LABEL_BYTES) return undefined;
    if (length === 0) return { name: labels.join('.'), end: at + 1 };
    const label = packet.subarray(at + 1, at + 1 + length);
    if (label.length < length) return undefined;
    labels.push(labelText(label));
    at += 1 + length;
  }
  return undefined;
}

/** Parses one packet. Never throws. */
export function parseQuery(packet: Buffer): DnsQuery {
  if (packet.length < HEADER_BYTES || packet.length > MAX_QUERY_BYTES) return { kind: 'noise' };
  const id = packet.readUInt16BE(0);
  const flags = packet.readUInt16BE(2);
  if ((flags & FLAG.response) !== 0) return { kind: 'noise' };
  if (((flags >> 11) & 0xf) !== 0) {
    return { kind: 'refused', id, code: RESPONSE_CODE.notImplemented };
  }
  const read = packet.readUInt16BE(4) === 1 ? readName(packet) : undefined;
  if (read === undefined || packet.length < read.end + QUESTION_TAIL_BYTES) {
    return { kind: 'refused', id, code: RESPONSE_CODE.formatError };
  }
  if (packet.readUInt16BE(read.end + 2) !== CLASS_INTERNET) {
    return { kind: 'refused', id, code: RESPONSE_CODE.notImplemented };
  }
  return {
    kind: 'query',
    id,
    isRecursionDesired: (flags & FLAG.recursionDesired) !== 0,
    name: read.name,
    type: packet.readUInt16BE(read.end),
    question: packet.subarray(HEADER_BYTES, read.end + QUESTION_TAIL_BYTES),
  };
}

function header(id: number, flags: number, questions: number, answers: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt16BE(FLAG.response | FLAG.recursionAvailable | flags, 2);
  bytes.writeUInt16BE(questions, 4);
  bytes.writeUInt16BE(answers, 6);
  return bytes;
}

/** An answer without the question: for a packet whose question could not be read. */
export function writeRefusal({ id, code }: { id: number; code: ResponseCode }): Buffer {
  return header(id, code, 0, 0);
}

/** The address of a name, as octets (4: A, 16: AAAA). */
export interface DnsAddress {
  readonly octets: Uint8Array;
  readonly ttlSeconds: number;
}

function addressRecord(type: number, { octets, ttlSeconds }: DnsAddress): Buffer {
  const fixed = Buffer.alloc(12);
  fixed.writeUInt16BE(POINTER_TO_QUESTION, 0);
  fixed.writeUInt16BE(type, 2);
  fixed.writeUInt16BE(CLASS_INTERNET, 4);
  fixed.writeUInt32BE(ttlSeconds, 6);
  fixed.writeUInt16BE(octets.length, 10);
  return Buffer.concat([fixed, octets]);
}

/** The answer to a question: an error code, no record, or one address of the asked type. */
export function writeAnswer(
  query: Extract<DnsQuery, { kind: 'query' }>,
  code: ResponseCode,
  address?: DnsAddress,
): Buffer {
  const flags = code | (query.isRecursionDesired ? FLAG.recursionDesired : 0);
  const answers = address === undefined ? [] : [addressRecord(query.type, address)];
  return Buffer.concat([header(query.id, flags, 1, answers.length), query.question, ...answers]);
}
