/** A model id, inference profile or ARN as AWS SDKs write it into a path: colons and slashes escaped or not. */
const MODEL_SEGMENT = '(?:[\\w.:~-]|%3A|%2F)+';

const CALL = new RegExp(
  `^/model/(${MODEL_SEGMENT})/(invoke|invoke-with-response-stream|converse|converse-stream)$`,
  'i',
);
const COUNT = new RegExp(`^/model/${MODEL_SEGMENT}/count-tokens$`, 'i');

/** Which model a Bedrock path asks, and how. Undefined: not a model call. */
export function modelOfPath(
  path: string,
): { readonly model: string; readonly method: string } | undefined {
  const [, segment, method] = CALL.exec(path) ?? [];
  if (segment === undefined || method === undefined) return undefined;
  return { model: decodeURIComponent(segment), method };
}

/** Counting tokens is free and answers nothing of the model's. */
export function isTokenCount(path: string): boolean {
  return COUNT.test(path);
}
