import { optional } from '../optional';
import { asCount, asObject, asObjects, asText, parseJsonObject } from '../read-json';
import type { JsonObject, ResponseFacts, StreamReader } from '../wire-format';
import { readUsage } from './response';

interface OpenCall {
  id: string;
  name: string;
  readonly pieces: string[];
}

/** Adds up a Chat Completions stream: pieces by choice and tool index, usage from the last chunk that has one. */
export class ChatStreamReader implements StreamReader {
  readonly #output: string[] = [];
  readonly #reasoning: string[] = [];
  readonly #calls = new Map<string, OpenCall>();
  #usage: JsonObject | undefined;
  #serviceTier: string | undefined;
  #model: string | undefined;
  #responseId: string | undefined;
  #stopReason: string | undefined;
  #errorType: string | undefined;
  #isComplete = false;

  push(_event: string, data: string): void {
    if (data === '[DONE]') {
      this.#isComplete = true;
      return;
    }
    const body = parseJsonObject(data);
    if (body === undefined) return;
    this.#model = asText(body['model']) ?? this.#model;
    this.#responseId ??= asText(body['id']);
    this.#serviceTier = asText(body['service_tier']) ?? this.#serviceTier;
    this.#usage = asObject(body['usage']) ?? this.#usage;
    const error = asObject(body['error']);
    if (error) this.#errorType = asText(error['code']) ?? asText(error['type']) ?? 'unknown';
    for (const choice of asObjects(body['choices'])) this.#onChoice(choice);
  }

  facts(): ResponseFacts {
    const calls = [...this.#calls.values()].map(({ id, name, pieces }) => ({
      id,
      name,
      arguments: pieces.join(''),
    }));
    return {
      toolCalls: calls,
      output: this.#output.join(''),
      reasoning: this.#reasoning.join(''),
      isComplete: this.#isComplete,
      ...optional('usage', readUsage(this.#usage, this.#serviceTier)),
      ...optional('model', this.#model),
      ...optional('responseId', this.#responseId),
      ...optional('stopReason', this.#stopReason),
      ...optional('errorType', this.#errorType),
    };
  }

  #onChoice(choice: JsonObject): void {
    this.#stopReason = asText(choice['finish_reason']) ?? this.#stopReason;
    const delta = asObject(choice['delta']);
    if (delta === undefined) return;
    const text = asText(delta['content']) ?? asText(delta['refusal']);
    if (text) this.#output.push(text);
    const thought = asText(delta['reasoning_content']) ?? asText(delta['reasoning']);
    if (thought) this.#reasoning.push(thought);
    for (const call of asObjects(delta['tool_calls']))
      this.#onCall(`${asCount(choice['index'])}.${asCount(call['index'])}`, call);
  }

  #onCall(key: string, call: JsonObject): void {
    const open = this.#calls.get(key) ?? { id: '', name: '', pieces: [] };
    const body = asObject(call['function']) ?? asObject(call['custom']);
    open.id ||= asText(call['id']) ?? '';
    open.name ||= asText(body?.['name']) ?? '';
    const piece = asText(body?.['arguments']) ?? asText(body?.['input']);
    if (piece) open.pieces.push(piece);
    this.#calls.set(key, open);
  }
}
