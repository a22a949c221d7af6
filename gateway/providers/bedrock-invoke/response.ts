import { readResponse as readMessagesResponse } from '../anthropic/response';
import { readResponse as readConverseResponse } from '../bedrock-converse/response';
import { errorTypeOf } from '../bedrock-refusal';
import { readResponse as readChatResponse } from '../openai-chat/response';
import { EMPTY_RESPONSE, type JsonObject, type ResponseFacts } from '../wire-format';

/** Reads a whole InvokeModel answer in its vendor's shape, or an error body. */
export function readResponse(body: JsonObject): ResponseFacts {
  if ('choices' in body) return readChatResponse(body);
  if ('content' in body) return readMessagesResponse(body);
  const isError = errorTypeOf(body) !== undefined;
  if ('output' in body || isError) return readConverseResponse(body);
  return { ...EMPTY_RESPONSE, isComplete: true };
}
