import type { JsonObject } from '../../providers/wire-format';
import { asObject } from '../../providers/read-json';
import { replaceSpan, spanAt } from '../json-span';

/**
 * Several clients' requests, or one client's that repeats its ids, run through one process: each request gets a number
 * of the proxy's. The client's own id and progress token come back in everything that belongs to it.
 */
export interface ClientIds {
  /** As JSON text. */
  readonly id: string;
  /** As JSON text. Absent: the client asked for no progress. */
  readonly progressToken?: string;
}

const ID = ['id'];
const PROGRESS_OF_REQUEST = ['params', '_meta', 'progressToken'];
const PROGRESS_OF_NOTICE = ['params', 'progressToken'];
const CANCELLED = ['params', 'requestId'];
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

/** A request as the process gets it. */
export function withOurIds(text: string, number: number): { text: string; ids: ClientIds } {
  const progress = textAt(text, PROGRESS_OF_REQUEST);
  const ids = {
    id: textAt(text, ID) ?? 'null',
    ...(progress === undefined ? {} : { progressToken: progress }),
  };
  const own = String(number);
  return { text: oneLine(replaced(replaced(text, PROGRESS_OF_REQUEST, own), ID, own)), ids };
}

/** A message of the process as the client gets it. The id of a question of the server's own stays. */
export function withClientIds(
  text: string,
  { id, progressToken }: ClientIds,
  isAnswer: boolean,
): string {
  const answered = isAnswer ? replaced(text, ID, id) : text;
  const reported =
    progressToken === undefined ? answered : replaced(answered, PROGRESS_OF_NOTICE, progressToken);
  const subscribed = replaced(reported, ['params', '_meta', SUBSCRIPTION_ID], id);
  return oneLine(replaced(subscribed, ['result', '_meta', SUBSCRIPTION_ID], id));
}

/** The id a cancellation names, as JSON text. */
export function cancelledId(text: string): string | undefined {
  return textAt(text, CANCELLED);
}

/** A cancellation that names another id. */
export function withCancelledId(text: string, number: number): string {
  return oneLine(replaced(text, CANCELLED, String(number)));
}

/** The number of the request a message of the process belongs to. Undefined: to none it names. */
export function requestNumberOf(message: JsonObject): number | undefined {
  if (!('method' in message)) return asNumber(message['id']);
  const params = asObject(message['params']);
  const meta = asObject(params?.['_meta']);
  return asNumber(params?.['progressToken']) ?? asNumber(meta?.[SUBSCRIPTION_ID]);
}

/** Between the tokens of JSON a line end is a space like any other. */
export function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]+/g, ' ') : text;
}

function asNumber(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

function textAt(text: string, path: readonly string[]): string | undefined {
  const span = spanAt(text, path);
  return span && text.slice(span.start, span.end);
}

function replaced(text: string, path: readonly string[], value: string): string {
  const span = spanAt(text, path);
  return span === undefined ? text : replaceSpan(text, span, value);
}
