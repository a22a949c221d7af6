import { asCount, asObject, asObjects, parseJsonObject } from '../read-json';
import { renderEvent } from '../render-event';
import type { JsonObject, JudgeCall, RawEvent, RenderEvent, StreamGuard } from '../wire-format';
import { readResponse } from './response';
import { MessagesStreamReader } from './stream';

/** A forbidden call becomes a text block; when no call is left the turn ends, or the client would wait for a result. */
export function guardResponse(body: JsonObject, judge: JudgeCall): JsonObject | undefined {
  const { toolCalls } = readResponse(body);
  const refusals = new Map(toolCalls.map((call) => [call.id, judge(call)]));
  if ([...refusals.values()].every((refusal) => refusal === undefined)) return undefined;
  const content = asObjects(body['content']).map((block) => {
    const refusal = block['type'] === 'tool_use' ? refusals.get(String(block['id'])) : undefined;
    return refusal === undefined ? block : { type: 'text', text: refusal };
  });
  const isCallLeft = content.some((block) => block['type'] === 'tool_use');
  return { ...body, content, ...(isCallLeft ? {} : { stop_reason: 'end_turn' }) };
}

interface HeldBlock {
  readonly index: number;
  readonly events: RawEvent[];
}

/** Blocks come one after another: a `tool_use` block is held from its start to its stop. */
export class MessagesStreamGuard implements StreamGuard {
  readonly #judge: JudgeCall;
  readonly #render: RenderEvent;
  #held: HeldBlock | undefined;
  #hasRefused = false;
  #hasPassed = false;

  constructor(judge: JudgeCall, render: RenderEvent = renderEvent) {
    this.#judge = judge;
    this.#render = render;
  }

  push(event: RawEvent): readonly Buffer[] {
    const body = parseJsonObject(event.data);
    if (body === undefined) return [event.raw];
    const isToolStart =
      body['type'] === 'content_block_start' &&
      asObject(body['content_block'])?.['type'] === 'tool_use';
    if (isToolStart) this.#held = { index: asCount(body['index']), events: [] };
    if (this.#held !== undefined && 'index' in body && asCount(body['index']) === this.#held.index)
      return this.#hold(this.#held, event, body);
    return body['type'] === 'message_delta' ? [this.#onMessageDelta(event, body)] : [event.raw];
  }

  /** A block that never stopped is no call anybody may run. */
  end(): readonly Buffer[] {
    return [];
  }

  #hold(held: HeldBlock, event: RawEvent, body: JsonObject): readonly Buffer[] {
    held.events.push(event);
    if (body['type'] !== 'content_block_stop') return [];
    this.#held = undefined;
    const refusal = this.#judgeHeld(held);
    if (refusal === undefined) {
      this.#hasPassed = true;
      return held.events.map(({ raw }) => raw);
    }
    this.#hasRefused = true;
    return this.#textBlock(held.index, refusal);
  }

  #judgeHeld(held: HeldBlock): string | undefined {
    const reader = new MessagesStreamReader();
    for (const { event, data } of held.events) reader.push(event, data);
    const [call] = reader.facts().toolCalls;
    return this.#judge(call ?? { id: '', name: '', arguments: '' });
  }

  #onMessageDelta({ raw }: RawEvent, body: JsonObject): Buffer {
    if (!this.#hasRefused || this.#hasPassed) return raw;
    const delta = { ...asObject(body['delta']), stop_reason: 'end_turn' };
    return this.#render('message_delta', { ...body, delta });
  }

  #textBlock(index: number, text: string): readonly Buffer[] {
    const event = (type: string, fields: object) => this.#render(type, { type, index, ...fields });
    return [
      event('content_block_start', { content_block: { type: 'text', text: '' } }),
      event('content_block_delta', { delta: { type: 'text_delta', text } }),
      event('content_block_stop', {}),
    ];
  }
}
