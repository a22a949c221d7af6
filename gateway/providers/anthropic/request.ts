import { asArray, asObject, asObjects, asText } from '../read-json';
import type { JsonObject, RequestFacts } from '../wire-format';

/** Reads a Messages request (platform.claude.com, Messages API, read 2026-11-20). */
export function readRequest(body: JsonObject): RequestFacts | undefined {
  const model = asText(body['model']);
  if (model === undefined || model === '') return undefined;
  const last = asObject(asArray(body['messages']).at(-1));
  const blocks = last?.['role'] === 'user' ? contentBlocks(last['content']) : [];
  const prompt = lastText(blocks);
  const maxOutputTokens = body['max_tokens'];
  return {
    model,
    isStreaming: body['stream'] === true,
    toolResultIds: blocks.flatMap(toolResultId),
    ...(prompt === undefined ? {} : { prompt }),
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

function toolResultId(block: JsonObject): readonly string[] {
  const id = block['type'] === 'tool_result' ? asText(block['tool_use_id']) : undefined;
  return id === undefined ? [] : [id];
}
