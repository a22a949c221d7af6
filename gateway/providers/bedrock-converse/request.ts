import { optional } from '../optional';
import { asArray, asObject, asObjects, asText } from '../read-json';
import type { JsonObject, RequestFacts, ToolResult } from '../wire-format';
import { modelOfPath } from '../bedrock-path';

/** Reads a Converse request; the model is in the path (docs.aws.amazon.com, Converse, read 2026-11-28). */
export function readRequest(body: JsonObject, path: string): RequestFacts | undefined {
  const asked = modelOfPath(path);
  if (asked === undefined) return undefined;
  const last = asObject(asArray(body['messages']).at(-1));
  const blocks = last?.['role'] === 'user' ? asObjects(last['content']) : [];
  const maxOutputTokens = asObject(body['inferenceConfig'])?.['maxTokens'];
  return {
    model: asked.model,
    isStreaming: asked.method === 'converse-stream',
    toolResults: blocks.flatMap(toolResult),
    ...optional('systemPrompt', 'system' in body ? textOf(body['system']) : undefined),
    ...optional(
      'prompt',
      asText(blocks.findLast((block) => typeof block['text'] === 'string')?.['text']),
    ),
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
  };
}

function toolResult(block: JsonObject): readonly ToolResult[] {
  const result = asObject(block['toolResult']);
  const id = asText(result?.['toolUseId']);
  return id === undefined ? [] : [{ id, text: textOf(result?.['content']) }];
}

/** Results may also be JSON, which is kept as it is. */
function textOf(blocks: unknown): string {
  return asObjects(blocks)
    .map((block) => asText(block['text']) ?? ('json' in block ? JSON.stringify(block['json']) : ''))
    .join('\n');
}
