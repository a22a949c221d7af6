import { optional } from '../optional';
import { asArray, asObject, asObjects, asText } from '../read-json';
import type { JsonObject, RequestFacts, ToolResult } from '../wire-format';

/** Reads a Responses request (platform.openai.com, API reference, read 2026-11-20). */
export function readRequest(body: JsonObject): RequestFacts | undefined {
  const model = asText(body['model']);
  if (model === undefined || model === '') return undefined;
  const maxOutputTokens = body['max_output_tokens'];
  return {
    model,
    isStreaming: body['stream'] === true,
    toolResults: lastToolResults(asObjects(body['input'])),
    ...optional('systemPrompt', asText(body['instructions'])),
    ...optional('prompt', lastUserText(body['input'])),
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
  };
}

/** The tool outputs after the last item of another kind: those of this turn. */
function lastToolResults(items: readonly JsonObject[]): readonly ToolResult[] {
  const isResult = (item: JsonObject) => asText(item['type'])?.endsWith('_call_output') === true;
  const lastOther = items.findLastIndex((item) => !isResult(item));
  return items.slice(lastOther + 1).flatMap((item) => {
    const id = asText(item['call_id']);
    return id === undefined ? [] : [{ id, text: outputText(item['output']) }];
  });
}

/** A text, a list of parts, or an object as the built-in tools give it. */
function outputText(output: unknown): string {
  if (typeof output === 'string') return output;
  if (!Array.isArray(output)) return JSON.stringify(output ?? '');
  return asObjects(output)
    .map((part) => asText(part['text']) ?? '')
    .join('\n');
}

function lastUserText(input: unknown): string | undefined {
  if (typeof input === 'string') return input;
  const item = asObject(asArray(input).at(-1));
  if (item?.['role'] !== 'user') return undefined;
  const { content } = item as { content?: unknown };
  if (typeof content === 'string') return content;
  return asText(asObjects(content).findLast((part) => part['type'] === 'input_text')?.['text']);
}
