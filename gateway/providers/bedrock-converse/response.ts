import { errorTypeOf } from '../bedrock-refusal';
import { optional } from '../optional';
import { asCount, asObject, asObjects, asText } from '../read-json';
import type { JsonObject, ResponseFacts, TokenUsage, ToolCall } from '../wire-format';

/** Reads a whole Converse answer, or an error body. */
export function readResponse(body: JsonObject): ResponseFacts {
  const message = asObject(asObject(body['output'])?.['message']);
  const blocks = asObjects(message?.['content']);
  const errorType = errorTypeOf(body);
  return {
    toolCalls: blocks.flatMap(toolCall),
    output: joined(blocks.map((block) => asText(block['text']))),
    reasoning: joined(blocks.map(reasoningText)),
    isComplete: errorType === undefined,
    ...optional('usage', readUsage(asObject(body['usage']), tierOf(body))),
    ...optional('stopReason', asText(body['stopReason'])),
    ...optional('errorType', errorType),
  };
}

export function tierOf(body: JsonObject): string | undefined {
  return asText(asObject(body['serviceTier'])?.['type']);
}

/** `inputTokens` already excludes both cache classes (docs.aws.amazon.com, prompt caching, read 2026-11-28). */
export function readUsage(
  usage: JsonObject | undefined,
  serviceTier: string | undefined,
): TokenUsage | undefined {
  if (usage === undefined) return undefined;
  return {
    inputTokens: asCount(usage['inputTokens']),
    outputTokens: asCount(usage['outputTokens']),
    cacheReadTokens: asCount(usage['cacheReadInputTokens']),
    cacheWriteTokens: asCount(usage['cacheWriteInputTokens']),
    ...optional('serviceTier', serviceTier),
    raw: usage,
  };
}

function toolCall(block: JsonObject): readonly ToolCall[] {
  const call = asObject(block['toolUse']);
  const id = asText(call?.['toolUseId']);
  const name = asText(call?.['name']);
  if (call === undefined || id === undefined || name === undefined) return [];
  return [{ id, name, arguments: JSON.stringify(call['input'] ?? {}) }];
}

function reasoningText(block: JsonObject): string | undefined {
  return asText(asObject(asObject(block['reasoningContent'])?.['reasoningText'])?.['text']);
}

function joined(texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined).join('\n');
}
