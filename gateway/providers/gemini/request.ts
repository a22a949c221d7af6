import { optional } from '../optional';
import { asArray, asObject, asObjects, asText } from '../read-json';
import type { JsonObject, RequestFacts } from '../wire-format';

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
    toolResultIds: parts.flatMap(toolResultId),
    ...optional(
      'prompt',
      asText(parts.findLast((part) => typeof part['text'] === 'string')?.['text']),
    ),
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
  };
}

function toolResultId(part: JsonObject): readonly string[] {
  const id = asText(asObject(part['functionResponse'])?.['id']);
  return id === undefined ? [] : [id];
}
