import { optional } from '../optional';
import { asCount, asObject, asObjects, asText } from '../read-json';
import type { JsonObject, ResponseFacts, TokenUsage, ToolCall } from '../wire-format';

/** Reads a whole Chat Completions answer, or an error body. */
export function readResponse(body: JsonObject): ResponseFacts {
  const choices = asObjects(body['choices']);
  const messages = choices.map((choice) => asObject(choice['message']) ?? {});
  const error = asObject(body['error']);
  return {
    toolCalls: messages.flatMap((message) => asObjects(message['tool_calls']).flatMap(toolCall)),
    output: texts(messages, ['content', 'refusal']),
    reasoning: texts(messages, ['reasoning_content', 'reasoning']),
    isComplete: error === undefined,
    ...optional('usage', readUsage(asObject(body['usage']), asText(body['service_tier']))),
    ...optional('model', asText(body['model'])),
    ...optional('responseId', asText(body['id'])),
    ...optional('stopReason', asText(choices[0]?.['finish_reason'])),
    ...optional(
      'errorType',
      error && (asText(error['code']) ?? asText(error['type']) ?? 'unknown'),
    ),
  };
}

/** `prompt_tokens` includes cached ones, so they are taken out; cache writes are counted only by providers that name them. */
export function readUsage(
  usage: JsonObject | undefined,
  serviceTier: string | undefined,
): TokenUsage | undefined {
  if (usage === undefined) return undefined;
  const details = asObject(usage['prompt_tokens_details']);
  const cacheReadTokens = asCount(details?.['cached_tokens']);
  const cacheWriteTokens = asCount(details?.['cache_write_tokens']);
  return {
    inputTokens: Math.max(0, asCount(usage['prompt_tokens']) - cacheReadTokens - cacheWriteTokens),
    outputTokens: asCount(usage['completion_tokens']),
    cacheReadTokens,
    cacheWriteTokens,
    ...optional('serviceTier', serviceTier),
    raw: usage,
  };
}

function toolCall(call: JsonObject): readonly ToolCall[] {
  const id = asText(call['id']);
  const body = asObject(call['function']) ?? asObject(call['custom']);
  const name = asText(body?.['name']);
  if (id === undefined || name === undefined) return [];
  return [{ id, name, arguments: asText(body?.['arguments']) ?? asText(body?.['input']) ?? '' }];
}

function texts(messages: readonly JsonObject[], keys: readonly string[]): string {
  return messages
    .flatMap((message) => keys.map((key) => asText(message[key]) ?? ''))
    .filter((text) => text !== '')
    .join('\n');
}
