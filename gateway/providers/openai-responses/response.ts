import { optional } from '../optional';
import { asCount, asObject, asObjects, asText } from '../read-json';
import type { JsonObject, ResponseFacts, TokenUsage, ToolCall } from '../wire-format';

/** Reads a whole Responses answer, or an error body. */
export function readResponse(body: JsonObject): ResponseFacts {
  return factsOf(body, asObjects(body['output']));
}

/** Facts of a `response` object with its output items, which in a stream may have come one by one. */
export function factsOf(response: JsonObject, items: readonly JsonObject[]): ResponseFacts {
  const error = asObject(response['error']);
  return {
    toolCalls: items.flatMap(toolCall),
    output: parts(items, 'message', 'content'),
    reasoning: parts(items, 'reasoning', 'summary'),
    isComplete: error === undefined,
    ...optional('usage', readUsage(asObject(response['usage']), asText(response['service_tier']))),
    ...optional('model', asText(response['model'])),
    ...optional('responseId', asText(response['id'])),
    ...optional('stopReason', asText(response['status'])),
    ...optional(
      'errorType',
      error && (asText(error['code']) ?? asText(error['type']) ?? 'unknown'),
    ),
  };
}

/** `input_tokens` includes cached ones, so they are taken out. */
function readUsage(
  usage: JsonObject | undefined,
  serviceTier: string | undefined,
): TokenUsage | undefined {
  if (usage === undefined) return undefined;
  const details = asObject(usage['input_tokens_details']);
  const cacheReadTokens = asCount(details?.['cached_tokens']);
  const cacheWriteTokens = asCount(details?.['cache_write_tokens']);
  return {
    inputTokens: Math.max(0, asCount(usage['input_tokens']) - cacheReadTokens - cacheWriteTokens),
    outputTokens: asCount(usage['output_tokens']),
    cacheReadTokens,
    cacheWriteTokens,
    ...optional('serviceTier', serviceTier),
    raw: usage,
  };
}

/** Functions, free-text tools and the built-in local shell; tools the provider runs itself are not calls to the client. */
function toolCall(item: JsonObject): readonly ToolCall[] {
  const id = asText(item['call_id']);
  if (id === undefined) return [];
  switch (item['type']) {
    case 'function_call':
      return [{ id, name: asText(item['name']) ?? '', arguments: asText(item['arguments']) ?? '' }];
    case 'custom_tool_call':
      return [{ id, name: asText(item['name']) ?? '', arguments: asText(item['input']) ?? '' }];
    case 'local_shell_call':
    case 'shell_call':
      return [{ id, name: item['type'], arguments: JSON.stringify(item['action'] ?? {}) }];
    default:
      return [];
  }
}

function parts(items: readonly JsonObject[], type: string, key: string): string {
  return items
    .filter((item) => item['type'] === type)
    .flatMap((item) =>
      asObjects(item[key]).map((part) => asText(part['text']) ?? asText(part['refusal']) ?? ''),
    )
    .join('\n');
}
