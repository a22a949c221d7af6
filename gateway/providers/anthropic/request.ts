import { optional } from '../optional';
import { asArray, asObject, asObjects, asText } from '../read-json';
import type { JsonObject, RequestFacts, ToolResult } from '../wire-format';

/** Reads a Messages request (platform.claude.com, Messages API, read 2026-11-20). */
export function readRequest(body: JsonObject): RequestFacts | undefined {
  const model = asText(body['model']);
  if (model === undefined || model === '') return undefined;
  const last = asObject(asArray(body['messages']).at(-1));
  const blocks = last?.['role'] === 'user' ? contentBlocks(last['content']) : [];
  const maxOutputTokens = body['max_tokens'];
  return {
    model,
    isStreaming: body['stream'] === true,
    toolResults: blocks.flatMap(toolResult),
    ...optional('prompt', lastText(blocks)),
    ...optional('systemPrompt', textOf(body['system'])),
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
  };
}

function contentBlocks(content: unknown): readonly JsonObject[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return asObjects(content);
}

function lastText(blocks: readonly JsonObject[]): string | undefined {
  const block = blocks.findLast((candidate) => candidate['type'] === 'text');
  return asText(block?.['text']);
}

function toolResult(block: JsonObject): readonly ToolResult[] {
  const id = block['type'] === 'tool_result' ? asText(block['tool_use_id']) : undefined;
  return id === undefined ? [] : [{ id, text: textOf(block['content']) ?? '' }];
}

function textOf(content: unknown): string | undefined {
  if (content === undefined) return undefined;
  return contentBlocks(content)
    .map((block) => asText(block['text']) ?? '')
    .join('\n');
}
