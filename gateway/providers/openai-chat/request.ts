import { optional } from '../optional';
import { asArray, asObject, asObjects, asText } from '../read-json';
import type { JsonObject, RequestFacts } from '../wire-format';

/** Reads a Chat Completions request (platform.openai.com, API reference, read 2026-11-20). */
export function readRequest(body: JsonObject): RequestFacts | undefined {
  const model = asText(body['model']);
  if (model === undefined || model === '') return undefined;
  const messages = asObjects(body['messages']);
  const maxOutputTokens = body['max_completion_tokens'] ?? body['max_tokens'];
  return {
    model,
    isStreaming: body['stream'] === true,
    toolResultIds: lastToolResults(messages),
    ...optional('prompt', lastUserText(asObject(asArray(body['messages']).at(-1)))),
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
  };
}

/** The tool results after the last message of another role: those of this turn. */
function lastToolResults(messages: readonly JsonObject[]): readonly string[] {
  const lastOther = messages.findLastIndex((message) => message['role'] !== 'tool');
  return messages.slice(lastOther + 1).flatMap((message) => {
    const id = asText(message['tool_call_id']);
    return id === undefined ? [] : [id];
  });
}

function lastUserText(message: JsonObject | undefined): string | undefined {
  if (message?.['role'] !== 'user') return undefined;
  const { content } = message as { content?: unknown };
  if (typeof content === 'string') return content;
  return asText(asObjects(content).findLast((part) => part['type'] === 'text')?.['text']);
}
