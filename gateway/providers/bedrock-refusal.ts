import { asText } from './read-json';
import type { JsonObject, Refusal, RenderedRefusal } from './wire-format';

const EXCEPTIONS: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  413: 'ValidationException',
  429: 'ThrottlingException',
  503: 'ServiceUnavailableException',
};

/** A refusal as AWS's REST JSON services word errors: the SDKs take the class from `__type`. They do not repeat a 403. */
export function renderBedrockRefusal({ status, code, message }: Refusal): RenderedRefusal {
  const type = EXCEPTIONS[status] ?? 'InternalServerException';
  return { status, body: { __type: type, message: `${message} (${code})` } };
}

/** The type of an error body; most come without one, which their status then stands for. */
export function errorTypeOf(body: JsonObject): string | undefined {
  const type = asText(body['__type']);
  if (type !== undefined) return type.replace(/^.*#/, '');
  const isError = asText(body['message']) !== undefined && Object.keys(body).length === 1;
  return isError ? 'unknown' : undefined;
}
