/** Heads of HTTP/1.1 messages as text (RFC 9112), read strictly: what two readers could read differently is a fault. */
import { UpstreamError } from './dial';
import type { ResponseHead } from './exchange';
import { headerPairs, type RawHeaders, valuesOf } from './headers';

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: ([^\0\r\n]*))?$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A line continued on the next one, which RFC 9112 §5.2 lets a proxy replace by a space. */
const FOLD = /\r\n[ \t]+/g;
const CONTROL = /[\0\r\n]/;

export function protocolFault(cause: string): UpstreamError {
  return new UpstreamError({ code: 'upstream_protocol_error', cause });
}

/** Optional white space of RFC 9110 §5.6.3 and nothing else: `trim` would take more. */
function withoutSpace(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  const isSpace = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  while (start < end && isSpace(start)) start += 1;
  while (end > start && isSpace(end - 1)) end -= 1;
  return text.slice(start, end);
}

/** Reads field lines; throws an `UpstreamError` for what is none. */
export function parseFields(lines: readonly string[]): string[] {
  const fields: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = withoutSpace(line, colon + 1, line.length);
    if (colon === -1 || !TOKEN.test(name) || CONTROL.test(value)) throw protocolFault('field');
    fields.push(name, value);
  }
  return fields;
}

/** Lines of a head or a trailer section, without the empty one that ends it. */
export function linesOf(text: string): string[] {
  const unfolded =
    text.includes('\r\n ') || text.includes('\r\n\t') ? text.replace(FOLD, ' ') : text;
  return unfolded.split('\r\n');
}

export interface ParsedHead extends ResponseHead {
  /** Does the origin keep the connection after this answer? */
  readonly isKept: boolean;
}

/** Reads the head of a response; throws an `UpstreamError` for what is none. */
export function parseResponseHead(text: string): ParsedHead {
  const [first = '', ...lines] = linesOf(text);
  const match = STATUS_LINE.exec(first);
  if (match === null) throw protocolFault('status line');
  const rawHeaders = parseFields(lines);
  const connection = valuesOf(rawHeaders, 'connection').join(',').toLowerCase();
  const isKept =
    match[1] === '1' ? !/\bclose\b/.test(connection) : /\bkeep-alive\b/.test(connection);
  return { status: Number(match[2]), reason: match[3] ?? '', rawHeaders, isKept };
}

/** Where the body of a response ends (RFC 9112 §6.3). */
export type BodyEnd =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' };

/** Throws an `UpstreamError` where two readers could find different ends. */
export function bodyEnd(method: string, { status, rawHeaders }: ResponseHead): BodyEnd {
  const encodings = valuesOf(rawHeaders, 'transfer-encoding');
  const lengths = valuesOf(rawHeaders, 'content-length');
  if (encodings.length + lengths.length > 1) throw protocolFault('two framings');
  if (method === 'HEAD' || status === 204 || status === 304) return { kind: 'length', bytes: 0 };
  const [encoding] = encodings;
  if (encoding !== undefined) {
    if (!/^(chunked|identity)$/i.test(encoding)) throw protocolFault('Transfer-Encoding');
    return { kind: encoding.toLowerCase() === 'chunked' ? 'chunked' : 'close' };
  }
  const [length] = lengths;
  if (length === undefined) return { kind: 'close' };
  if (!/^\d{1,15}$/.test(length)) throw protocolFault('Content-Length');
  return { kind: 'length', bytes: Number(length) };
}

/** Field lines with their ends; throws an `UpstreamError` for what HTTP/1.1 cannot say. */
export function renderFields(fields: RawHeaders): string {
  let text = '';
  for (const [name, value] of headerPairs(fields)) {
    if (!TOKEN.test(name) || CONTROL.test(value)) throw protocolFault('field');
    text += `${name}: ${value}\r\n`;
  }
  return text;
}
