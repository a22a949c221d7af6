import { renderMessage } from '../../event-stream/render';
import { asCount, asObject, asObjects, parseJsonObject } from '../read-json';
import type { JsonObject, JudgeCall, RawEvent, RenderEvent, StreamGuard } from '../wire-format';
import { readResponse } from './response';
import { ConverseStreamReader } from './stream';

/** A forbidden call becomes a text block; when no call is left the turn ends, or the client would wait for a result. */
export function guardResponse(body: JsonObject, judge: JudgeCall): JsonObject | undefined {
  const { toolCalls } = readResponse(body);
  const refusals = new Map(toolCalls.map((call) => [call.id, judge(call)]));
  if ([...refusals.values()].every((refusal) => refusal === undefined)) return undefined;
  const output = asObject(body['output']);
  const message = asObject(output?.['message']);
  const content = asObjects(message?.['content']).map((block) => {
    const refusal = refusals.get(String(asObject(block['toolUse'])?.['toolUseId']));
    return refusal === undefined ? block : { text: refusal };
  });
  const isCallLeft = content.some((block) => 'toolUse' in block);
  return {
    ...body,
    output: { ...output, message: { ...message, content } },
    ...(isCallLeft ? {} : { stopReason: 'end_turn' }),
  };
}

interface HeldBlock {
  readonly index: number;
  readonly events: RawEvent[];
}

/** Blocks come one after another: a tool's is held from its start to its stop. */
export class ConverseStreamGuard implements StreamGuard {
  readonly #judge: JudgeCall;
  readonly #render: RenderEvent;
  #held: HeldBlock | undefined;
  #hasRefused = false;
  #hasPassed = false;

  constructor(judge: JudgeCall, render: RenderEvent = renderMessage) {
    this.#judge = judge;
    this.#render = render;
  }

  push(event: RawEvent): readonly Buffer[] {
    const body = parseJsonObject(event.data);
    if (body === undefined) return [event.raw];
    const index = asCount(body['contentBlockIndex']);
    const isToolStart =
      event.event === 'contentBlockStart' && asObject(body['start'])?.['toolUse'] !== undefined;
    if (isToolStart) this.#held = { index, events: [] };
    const isOfHeld = 'contentBlockIndex' in body && index === this.#held?.index;
    if (this.#held !== undefined && isOfHeld) return this.#hold(this.#held, event);
    return event.event === 'messageStop' ? [this.#onMessageStop(event, body)] : [event.raw];
  }

  /** A block that never stopped is no call anybody may run. */
  end(): readonly Buffer[] {
    return [];
  }

  #hold(held: HeldBlock, event: RawEvent): readonly Buffer[] {
    held.events.push(event);
    if (event.event !== 'contentBlockStop') return [];
    this.#held = undefined;
    const refusal = this.#judgeHeld(held);
    if (refusal === undefined) {
      this.#hasPassed = true;
      return held.events.map(({ raw }) => raw);
    }
    this.#hasRefused = true;
    const contentBlockIndex = held.index;
    return [
      this.#render('contentBlockDelta', { contentBlockIndex, delta: { text: refusal } }),
      this.#render('contentBlockStop', { contentBlockIndex }),
    ];
  }

  #judgeHeld(held: HeldBlock): string | undefined {
    const reader = new ConverseStreamReader();
    for (const { event, data } of held.events) reader.push(event, data);
    const [call] = reader.facts().toolCalls;
    return this.#judge(call ?? { id: '', name: '', arguments: '' });
  }

  #onMessageStop({ raw }: RawEvent, body: JsonObject): Buffer {
    if (!this.#hasRefused || this.#hasPassed) return raw;
    return this.#render('messageStop', { ...body, stopReason: 'end_turn' });
  }
}
