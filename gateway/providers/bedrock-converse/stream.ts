import { optional } from '../optional';
import { asCount, asObject, asText, parseJsonObject } from '../read-json';
import type { JsonObject, ResponseFacts, StreamReader, TokenUsage, ToolCall } from '../wire-format';
import { readUsage, tierOf } from './response';

interface OpenBlock {
  readonly toolUse: JsonObject | undefined;
  readonly text: string[];
  readonly reasoning: string[];
  readonly input: string[];
}

/** Adds up a ConverseStream answer; usage comes in the last event, `metadata`. */
export class ConverseStreamReader implements StreamReader {
  readonly #blocks = new Map<number, OpenBlock>();
  #usage: TokenUsage | undefined;
  #stopReason: string | undefined;
  #errorType: string | undefined;

  push(event: string, data: string): void {
    if (event.startsWith('exception:')) this.#errorType = event.slice('exception:'.length);
    const body = parseJsonObject(data);
    if (body === undefined) return;
    switch (event) {
      case 'contentBlockDelta':
        return this.#onDelta(body);
      case 'contentBlockStart':
        this.#blockOf(body, asObject(asObject(body['start'])?.['toolUse']));
        return;
      case 'messageStop':
        this.#stopReason = asText(body['stopReason']) ?? 'unknown';
        return;
      case 'metadata':
        this.#usage = readUsage(asObject(body['usage']), tierOf(body)) ?? this.#usage;
    }
  }

  facts(): ResponseFacts {
    const blocks = [...this.#blocks.values()];
    return {
      toolCalls: blocks.flatMap(toolCall),
      output: joined(blocks.map(({ text }) => text)),
      reasoning: joined(blocks.map(({ reasoning }) => reasoning)),
      isComplete: this.#stopReason !== undefined && this.#errorType === undefined,
      ...optional('usage', this.#usage),
      ...optional('stopReason', this.#stopReason),
      ...optional('errorType', this.#errorType),
    };
  }

  /** Text blocks begin without a start event. */
  #blockOf(body: JsonObject, toolUse?: JsonObject): OpenBlock {
    const index = asCount(body['contentBlockIndex']);
    const known = this.#blocks.get(index);
    if (known !== undefined && toolUse === undefined) return known;
    const block = { toolUse, text: [], reasoning: [], input: [] };
    this.#blocks.set(index, block);
    return block;
  }

  #onDelta(body: JsonObject): void {
    const delta = asObject(body['delta']);
    const block = this.#blockOf(body);
    const pairs = [
      [delta?.['text'], block.text],
      [asObject(delta?.['reasoningContent'])?.['text'], block.reasoning],
      [asObject(delta?.['toolUse'])?.['input'], block.input],
    ] as const;
    for (const [piece, pieces] of pairs) if (typeof piece === 'string') pieces.push(piece);
  }
}

function toolCall({ toolUse, input }: OpenBlock): readonly ToolCall[] {
  if (toolUse === undefined) return [];
  const id = asText(toolUse['toolUseId']) ?? '';
  return [{ id, name: asText(toolUse['name']) ?? '', arguments: input.join('') || '{}' }];
}

function joined(blocks: readonly (readonly string[])[]): string {
  return blocks
    .filter((pieces) => pieces.length > 0)
    .map((pieces) => pieces.join(''))
    .join('\n');
}
