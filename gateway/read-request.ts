import type { IncomingHttpHeaders } from 'node:http';
import { decodeBody } from './body';
import { endOfString } from './json/walk-strings';
import { parseJsonObject } from './providers/read-json';
import type { JsonObject, RequestFacts, WireFormat } from './providers/wire-format';

/** A request as policy sees it. */
export interface ReadRequest {
  readonly facts: RequestFacts;
  /** The decoded body, and what it says. */
  readonly bytes: Buffer;
  readonly text: string;
  readonly json: JsonObject;
}

/** Undefined: not a request of this format, or not to be decoded. */
export function readRequest(
  format: WireFormat,
  path: string,
  headers: IncomingHttpHeaders,
  body: Buffer | null,
  maxDecodedBytes: number,
): ReadRequest | undefined {
  const bytes = body && decodeBody(body, headers['content-encoding'], maxDecodedBytes);
  if (bytes === undefined || bytes === null) return undefined;
  const text = bytes.toString('utf8');
  const json = parseJsonObject(text);
  const facts = json && format.readRequest(json, path);
  return facts && { facts, bytes, text, json };
}

const LETTER_OF_MODEL_ESCAPED = /\\u00(?:6[dfc45])/i;

/**
 * True when the body names its model twice. Parsers differ in which one they take, so what is decided here could be
 * another model than the one that answers.
 */
export function namesModelTwice(text: string): boolean {
  const first = text.indexOf('"model"');
  const isPlain = !LETTER_OF_MODEL_ESCAPED.test(text);
  if (isPlain && (first === -1 || !text.includes('"model"', first + 1))) return false;
  return topLevelKeys(text).filter((key) => key === 'model').length > 1;
}

/** Keys of the outermost object, in order, repeated ones repeated. `text` is valid JSON. */
function topLevelKeys(text: string): readonly string[] {
  const keys: string[] = [];
  let depth = 0;
  let lastString = '';
  for (let at = 0; at < text.length; at += 1) {
    const token = text.charAt(at);
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token === ':' && depth === 1) keys.push(JSON.parse(lastString) as string);
    else if (token === '"') {
      const end = endOfString(text, at + 1);
      lastString = text.slice(at, end + 1);
      at = end;
    }
  }
  return keys;
}
