import { optional } from '../optional';
import { asCount, asObject, asText, parseJsonObject } from '../read-json';
import type { JsonObject, ResponseFacts, StreamReader, ToolCall } from '../wire-format';
import { readUsage } from './response';

interface OpenBlock {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  /** Input given whole at the block's start; pieces, when they come, replace it. */
  readonly input: unknown;
  readonly pieces: string[];
}

/**
 * Adds up a Messages stream. Usage is the start event's, overwritten by every later `message_delta`: those counts are
 * cumulative, and the last one alone knows what server tools added.
 */
export class MessagesStreamReader implements StreamReader {
  readonly #blocks = new Map<number, OpenBlock>();
  #usage: JsonObject | undefined;
  #model: string | undefined;
  #responseId: string | undefined;
  #stopReason: string | undefined;
  #errorType: string | undefined;
  #isComplete = false;

  push(event: string, data: string): void {
    if (event === 'ping') return;
    const body = parseJsonObject(data);
    if (body === undefined) return;
    switch (body['type']) {
      case 'content_block_delta':
        return this.#onDelta(body);
      case 'content_block_start':
        return this.#onBlockStart(body);
      case 'message_start':
        return this.#onMessageStart(asObject(body['message']));
      case 'message_delta':
        return this.#onMessageDelta(body);
      case 'message_stop':
        this.#isComplete = true;
        return;
      case 'error':
        this.#errorType = asText(asObject(body['error'])?.['type']) ?? 'unknown';
        return;
    }
  }

  facts(): ResponseFacts {
    const blocks = [...this.#blocks.values()];
    return {
      toolCalls: blocks.filter((block) => block.type === 'tool_use').map(toolCall),
      output: joined(blocks, 'text'),
      reasoning: joined(blocks, 'thinking'),
      isComplete: this.#isComplete,
      ...optional('usage', readUsage(this.#usage)),
      ...optional('model', this.#model),
      ...optional('responseId', this.#responseId),
      ...optional('stopReason', this.#stopReason),
      ...optional('errorType', this.#errorType),
    };
  }

  #onMessageStart(message: JsonObject | undefined): void {
    this.#usage = asObject(message?.['usage']);
    this.#model = asText(message?.['model']);
    this.#responseId = asText(message?.['id']);
  }

  #onBlockStart(body: JsonObject): void {
    const block = asObject(body['content_block']);
    if (block === undefined) return;
    const first = asText(block['text']) ?? asText(block['thinking']);
    this.#blocks.set(asCount(body['index']), {
      type: asText(block['type']) ?? '',
      id: asText(block['id']) ?? '',
      name: asText(block['name']) ?? '',
      input: block['input'],
      pieces: first === undefined || first === '' ? [] : [first],
    });
  }

  #onDelta(body: JsonObject): void {
    const delta = asObject(body['delta']);
    const piece = delta && (delta['text'] ?? delta['partial_json'] ?? delta['thinking']);
    if (typeof piece === 'string') this.#blocks.get(asCount(body['index']))?.pieces.push(piece);
  }

  #onMessageDelta(body: JsonObject): void {
    this.#stopReason = asText(asObject(body['delta'])?.['stop_reason']) ?? this.#stopReason;
    const usage = asObject(body['usage']);
    if (usage !== undefined) this.#usage = { ...this.#usage, ...usage };
  }
}

function toolCall({ id, name, input, pieces }: OpenBlock): ToolCall {
  const written = pieces.join('');
  return { id, name, arguments: written === '' ? JSON.stringify(input ?? {}) : written };
}

function joined(blocks: readonly OpenBlock[], type: string): string {
  return blocks
    .filter((block) => block.type === type)
    .map((block) => block.pieces.join(''))
    .join('\n');
}
