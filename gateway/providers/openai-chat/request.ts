import { optional } from '../optional';
import { asArray, asObject, asObjects, asText } from '../read-json';
import type { JsonObject, RequestFacts, ToolResult } from '../wire-format';

/** Reads a Chat Completions request (platform.openai.com, API reference, read 2026-11-20). */
export function readRequest(body: JsonObject): RequestFacts | undefined {
  const model = asText(body['model']);
  if (model === undefined || model === '') return undefined;
  const messages = asObjects(body['messages']);
  const maxOutputTokens = body['max_completion_tokens'] ?? body['max_tokens'];
  return {
    model,
    isStreaming: body['stream'] === true,
    toolResults: lastToolResults(messages),
    ...optional('systemPrompt', systemPrompt(messages)),
    ...optional('prompt', lastUserText(asObject(asArray(body['messages']).at(-1)))),
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
  };
}

const SYSTEM_ROLES: ReadonlySet<unknown> = new Set(['system', 'developer']);

function systemPrompt(messages: readonly JsonObject[]): string | undefined {
  const texts = messages
    .filter((message) => SYSTEM_ROLES.has(message['role']))
    .map((message) => textOf(message['content']));
  return texts.length === 0 ? undefined : texts.join('\n');
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return asObjects(content)
    .map((part) => asText(part['text']) ?? '')
    .join('\n');
}

/** The tool results after the last message of another role: those of this turn. */
function lastToolResults(messages: readonly JsonObject[]): readonly ToolResult[] {
  const lastOther = messages.findLastIndex((message) => message['role'] !== 'tool');
  return messages.slice(lastOther + 1).flatMap((message) => {
    const id = asText(message['tool_call_id']);
    return id === undefined ? [] : [{ id, text: textOf(message['content']) }];
  });
}

function lastUserText(message: JsonObject | undefined): string | undefined {
  if (message?.['role'] !== 'user') return undefined;
  const { content } = message as { content?: unknown };
  if (typeof content === 'string') return content;
  return asText(asObjects(content).findLast((part) => part['type'] === 'text')?.['text']);
}
