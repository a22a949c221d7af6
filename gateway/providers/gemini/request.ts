import { optional } from '../optional';
import { asArray, asObject, asObjects, asText } from '../read-json';
import type { JsonObject, RequestFacts, ToolResult } from '../wire-format';

/** `/v1beta/models/MODEL:METHOD`, also below a tuned model or a publisher. */
export const GENERATE =
  /^\/v1(?:beta|alpha)?\/(?:models|tunedModels)\/([\w.-]+):(generateContent|streamGenerateContent)$/;

/** Reads a generateContent request; the model is in the path (ai.google.dev, API reference, read 2026-11-20). */
export function readRequest(body: JsonObject, path: string): RequestFacts | undefined {
  const [, model, method] = GENERATE.exec(path) ?? [];
  if (model === undefined) return undefined;
  const last = asObject(asArray(body['contents']).at(-1));
  const isUser = last !== undefined && (last['role'] === undefined || last['role'] === 'user');
  const parts = isUser ? asObjects(last['parts']) : [];
  const maxOutputTokens = asObject(body['generationConfig'])?.['maxOutputTokens'];
  return {
    model,
    isStreaming: method === 'streamGenerateContent',
    toolResults: parts.flatMap(toolResult),
    ...optional('systemPrompt', systemPrompt(body)),
    ...optional(
      'prompt',
      asText(parts.findLast((part) => typeof part['text'] === 'string')?.['text']),
    ),
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
  };
}

/** Both spellings are taken by the API. */
function systemPrompt(body: JsonObject): string | undefined {
  const instruction = asObject(body['systemInstruction'] ?? body['system_instruction']);
  if (instruction === undefined) return undefined;
  return asObjects(instruction['parts'])
    .map((part) => asText(part['text']) ?? '')
    .join('\n');
}

function toolResult(part: JsonObject): readonly ToolResult[] {
  const response = asObject(part['functionResponse']);
  const id = asText(response?.['id']);
  return id === undefined ? [] : [{ id, text: JSON.stringify(response?.['response'] ?? '') }];
}
