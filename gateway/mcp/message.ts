import { isUtf8 } from 'node:buffer';
import type { JsonObject } from '../providers/wire-format';
import { asObject, parseJson } from '../providers/read-json';
import { membersAt, spanAt, type MemberSpan } from './json-span';

/** One JSON-RPC message of a client, with the text it came in. */
export type McpMessage =
  | {
      readonly kind: 'request';
      readonly id: string | number;
      readonly method: string;
      readonly params: JsonObject;
      readonly text: string;
    }
  | {
      readonly kind: 'notification';
      readonly method: string;
      readonly params: JsonObject;
      readonly text: string;
    }
  /** To a request of the server. */
  | { readonly kind: 'response'; readonly text: string };

/** Why bytes are no message that may go on. */
export type MessageFault =
  /** Not UTF-8, or not JSON, or not JSON-RPC. */
  | 'invalid'
  /** A list of messages, which the protocol took back in 2025-06-18. */
  | 'batch'
  /** Two readers could take different methods or tools from it. */
  | 'ambiguous';

/** Reads one message. Never throws. */
export function readMessage(bytes: Buffer): McpMessage | MessageFault {
  if (!isUtf8(bytes)) return 'invalid';
  const text = bytes.toString('utf8');
  const value = parseJson(text);
  if (Array.isArray(value)) return 'batch';
  const message = asObject(value);
  if (message === undefined) return 'invalid';
  if (isAmbiguous(text)) return 'ambiguous';
  return message['jsonrpc'] === '2.0' ? kindOf(message, text) : 'invalid';
}

function kindOf(message: JsonObject, text: string): McpMessage | MessageFault {
  const { id, method, params = {} } = message;
  const isId = typeof id === 'string' || Number.isSafeInteger(id);
  if (method === undefined) {
    const isResponse = isId && ('result' in message || 'error' in message);
    return isResponse ? { kind: 'response', text } : 'invalid';
  }
  const object = asObject(params);
  if (typeof method !== 'string' || object === undefined) return 'invalid';
  if (!('id' in message)) {
    // A call without an id would be one that nobody answers for.
    const isNotice = method.startsWith('notifications/');
    return isNotice ? { kind: 'notification', method, params: object, text } : 'invalid';
  }
  return isId
    ? { kind: 'request', id: id as string | number, method, params: object, text }
    : 'invalid';
}

const MESSAGE_KEYS: ReadonlySet<string> = new Set([
  'jsonrpc',
  'id',
  'method',
  'params',
  'result',
  'error',
]);
const PARAM_KEYS: ReadonlySet<string> = new Set(['name', 'arguments', 'uri', '_meta']);

/**
 * True when a reader less strict than this one could see another method, tool or id: some take the first of two equal
 * keys, and Go's takes keys in any case, with Unicode's odd companions of s and k.
 */
function isAmbiguous(text: string): boolean {
  const top = membersAt(text, text.search(/\S/));
  const params = spanAt(text, ['params']);
  const inner = params && text[params.start] === '{' ? membersAt(text, params.start) : [];
  return hasDoubles(top, MESSAGE_KEYS) || hasDoubles(inner, PARAM_KEYS);
}

function hasDoubles(members: readonly MemberSpan[], keys: ReadonlySet<string>): boolean {
  const seen = new Set<string>();
  return members.some(({ key }) => {
    const folded = key.normalize('NFKC').toLowerCase();
    if (!keys.has(folded)) return false;
    const isDouble = folded !== key || seen.has(folded);
    seen.add(folded);
    return isDouble;
  });
}
