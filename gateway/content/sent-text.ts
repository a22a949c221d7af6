import type { JsonPath } from '../json/walk-strings';

/** Values a provider checks, computes with or looks up: never what a person or a tool said. */
const SKIPPED: ReadonlySet<unknown> = new Set([
  'model',
  'type',
  'role',
  'id',
  'name',
  'signature',
  'thinking',
  'thoughtSignature',
  'thought_signature',
  'encrypted_content',
  'media_type',
  'mimeType',
  'mime_type',
  'tool_use_id',
  'toolUseId',
  'redactedContent',
  'tool_call_id',
  'call_id',
  'item_id',
  'previous_response_id',
  'prompt_cache_key',
  'safety_identifier',
  'format',
  'bytes',
]);

/** Where `data` is a file in base64. */
const FILE_PARENTS: ReadonlySet<unknown> = new Set([
  'source',
  'inlineData',
  'inline_data',
  'input_audio',
]);

/** Below these keys any key is a tool's or a program's own. */
const FREE: ReadonlySet<unknown> = new Set(['input', 'args', 'response', 'arguments', 'json']);

/**
 * Whether a string of a request is something said: prompts, instructions, tool results, earlier answers. Told by its place
 * alone, the same for every wire format, and in doubt it is: what is overlooked would leave unseen.
 */
export function isSaid(path: JsonPath): boolean {
  const key = path.at(-1);
  if (typeof key === 'number') return isSaid(path.slice(0, -1)) || path.length === 1;
  if (isFree(path)) return true;
  if (key === 'data') return !FILE_PARENTS.has(path.at(-2)) && typeof path.at(-2) !== 'number';
  // Converse signs the text of a reasoning block
  return !SKIPPED.has(key) && path.at(-2) !== 'reasoningText';
}

/** `input` as outermost key is the Responses API's list of messages. */
function isFree(path: JsonPath): boolean {
  for (let i = 1; i < path.length - 1; i += 1) if (FREE.has(path[i])) return true;
  return false;
}
