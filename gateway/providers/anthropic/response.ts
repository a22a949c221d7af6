import { optional } from '../optional';
import { asCount, asObject, asObjects, asText } from '../read-json';
import type {
  JsonObject,
  Refusal,
  RenderedRefusal,
  ResponseFacts,
  TokenUsage,
  ToolCall,
} from '../wire-format';

/** Reads a whole Messages answer, or an error body. */
export function readResponse(body: JsonObject): ResponseFacts {
  const blocks = asObjects(body['content']);
  const error = asObject(body['error']);
  return {
    toolCalls: blocks.flatMap(toolCall),
    output: joined(blocks, 'text', 'text'),
    reasoning: joined(blocks, 'thinking', 'thinking'),
    isComplete: error === undefined,
    ...optional('usage', readUsage(asObject(body['usage']))),
    ...optional('model', asText(body['model'])),
    ...optional('responseId', asText(body['id'])),
    ...optional('stopReason', asText(body['stop_reason'])),
    ...optional('errorType', asText(error?.['type'])),
  };
}

/** `input_tokens` already excludes both cache classes in this API. */
export function readUsage(usage: JsonObject | undefined): TokenUsage | undefined {
  if (usage === undefined) return undefined;
  const serviceTier = asText(usage['service_tier']);
  return {
    inputTokens: asCount(usage['input_tokens']),
    outputTokens: asCount(usage['output_tokens']),
    cacheReadTokens: asCount(usage['cache_read_input_tokens']),
    cacheWriteTokens: asCount(usage['cache_creation_input_tokens']),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    raw: usage,
  };
}

function toolCall(block: JsonObject): readonly ToolCall[] {
  const id = asText(block['id']);
  const name = asText(block['name']);
  if (block['type'] !== 'tool_use' || id === undefined || name === undefined) return [];
  return [{ id, name, arguments: JSON.stringify(block['input'] ?? {}) }];
}

function joined(blocks: readonly JsonObject[], type: string, key: string): string {
  return blocks
    .filter((block) => block['type'] === type)
    .map((block) => asText(block[key]) ?? '')
    .join('\n');
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

/** Claude Code stops after one try at 403 and at 401 with `x-should-retry: false`, and shows the message (recorded 2026-11-20). */
export function renderRefusal({ status, code, message }: Refusal): RenderedRefusal {
  const type = ERROR_TYPES[status] ?? 'api_error';
  return { status, body: { type: 'error', error: { type, message: `${message} (${code})` } } };
}
