import { readRequest as readMessagesRequest } from '../anthropic/request';
import { readRequest as readConverseRequest } from '../bedrock-converse/request';
import { modelOfPath } from '../bedrock-path';
import { optional } from '../optional';
import { asText } from '../read-json';
import type { JsonObject, RequestFacts } from '../wire-format';

/**
 * Reads an InvokeModel request. The body is the model vendor's own: Anthropic's is Messages without `model` and
 * `stream`, Amazon's is Converse's; of others only a plain prompt is read.
 */
export function readRequest(body: JsonObject, path: string): RequestFacts | undefined {
  const asked = modelOfPath(path);
  if (asked === undefined) return undefined;
  const isStreaming = asked.method === 'invoke-with-response-stream';
  const facts =
    'anthropic_version' in body
      ? readMessagesRequest({ ...body, model: asked.model })
      : readConverseRequest(body, path);
  const plainPrompt = asText(body['prompt']) ?? asText(body['inputText']);
  return facts && { ...optional('prompt', plainPrompt), ...facts, isStreaming };
}
