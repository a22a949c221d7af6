import { optional } from '../optional';
import { asCount, asObject, asObjects, asText } from '../read-json';
import type {
  JsonObject,
  Refusal,
  RenderedRefusal,
  ResponseFacts,
  TokenUsage,
  ToolCall,
} from '../wire-format';

/** Reads a whole generateContent answer, or an error body. */
export function readResponse(body: JsonObject): ResponseFacts {
  return factsOf([body]);
}

/** Facts of an answer in one or several pieces; of usage and finish the last piece knows best. */
export function factsOf(pieces: readonly JsonObject[]): ResponseFacts {
  const parts = pieces.flatMap(partsOf);
  const last = (key: string) => pieces.findLast((piece) => piece[key] !== undefined)?.[key];
  const error = asObject(last('error'));
  const stopReason = pieces.map(finishReason).findLast((reason) => reason !== undefined);
  return {
    toolCalls: parts.flatMap(toolCall),
    output: texts(parts, false),
    reasoning: texts(parts, true),
    isComplete:
      error === undefined && (stopReason !== undefined || last('promptFeedback') !== undefined),
    ...optional('usage', readUsage(asObject(last('usageMetadata')))),
    ...optional('model', asText(last('modelVersion'))),
    ...optional('responseId', asText(last('responseId'))),
    ...optional('stopReason', stopReason),
    ...optional('errorType', error && (asText(error['status']) ?? 'unknown')),
  };
}

/** `promptTokenCount` includes cached tokens; thoughts are output that is counted apart. */
function readUsage(usage: JsonObject | undefined): TokenUsage | undefined {
  if (usage === undefined) return undefined;
  const cacheReadTokens = asCount(usage['cachedContentTokenCount']);
  const input = asCount(usage['promptTokenCount']) + asCount(usage['toolUsePromptTokenCount']);
  return {
    inputTokens: Math.max(0, input - cacheReadTokens),
    outputTokens: asCount(usage['candidatesTokenCount']) + asCount(usage['thoughtsTokenCount']),
    cacheReadTokens,
    cacheWriteTokens: 0,
    ...optional('serviceTier', asText(usage['trafficType'])),
    raw: usage,
  };
}

function partsOf(piece: JsonObject): readonly JsonObject[] {
  return asObjects(piece['candidates']).flatMap((candidate) =>
    asObjects(asObject(candidate['content'])?.['parts']),
  );
}

function finishReason(piece: JsonObject): string | undefined {
  return asText(asObjects(piece['candidates'])[0]?.['finishReason']);
}

/** Older models give no id; the name then stands for it, as in their function responses. */
function toolCall(part: JsonObject): readonly ToolCall[] {
  const call = asObject(part['functionCall']);
  const name = asText(call?.['name']);
  if (call === undefined || name === undefined) return [];
  return [{ id: asText(call['id']) ?? name, name, arguments: JSON.stringify(call['args'] ?? {}) }];
}

function texts(parts: readonly JsonObject[], isThought: boolean): string {
  return parts
    .filter((part) => (part['thought'] === true) === isThought)
    .map((part) => asText(part['text']) ?? '')
    .join('');
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Gemini CLI stops after one try at 403 (recorded 2026-11-20). */
export function renderRefusal({ status, code, message }: Refusal): RenderedRefusal {
  const error = {
    code: status,
    message: `${message} (${code})`,
    status: STATUS_NAMES[status] ?? 'INTERNAL',
  };
  return { status, body: { error } };
}
