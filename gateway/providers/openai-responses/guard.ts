import { asCount, asObject, asObjects, parseJsonObject } from '../read-json';
import { renderEvent } from '../render-event';
import type { JsonObject, JudgeCall, RawEvent, StreamGuard } from '../wire-format';
import { factsOf } from './response';

/** A forbidden call item becomes a message item. */
export function guardResponse(body: JsonObject, judge: JudgeCall): JsonObject | undefined {
  const items = asObjects(body['output']);
  const guarded = items.map((item) => guardItem(item, judge));
  return guarded.every((item, i) => item === items[i]) ? undefined : { ...body, output: guarded };
}

function guardItem(item: JsonObject, judge: JudgeCall): JsonObject {
  const [call] = factsOf({}, [item]).toolCalls;
  const refusal = call && judge(call);
  return refusal === undefined ? item : messageItem(item['id'], refusal);
}

function messageItem(id: unknown, text: string): JsonObject {
  const content = [{ type: 'output_text', text, annotations: [] }];
  return { id, type: 'message', role: 'assistant', status: 'completed', content };
}

const CALL_ITEMS: ReadonlySet<unknown> = new Set([
  'function_call',
  'custom_tool_call',
  'local_shell_call',
  'shell_call',
]);

/** Call items are held from `output_item.added` to `output_item.done`; the last event repeats all items and is guarded too. */
export class ResponsesStreamGuard implements StreamGuard {
  readonly #judge: JudgeCall;
  readonly #held = new Map<number, RawEvent[]>();

  constructor(judge: JudgeCall) {
    this.#judge = judge;
  }

  push(event: RawEvent): readonly Buffer[] {
    const body = parseJsonObject(event.data);
    if (body === undefined) return [event.raw];
    const index = 'output_index' in body ? asCount(body['output_index']) : -1;
    const item = asObject(body['item']);
    if (CALL_ITEMS.has(item?.['type']) && !this.#held.has(index)) this.#held.set(index, []);
    const held = this.#held.get(index);
    if (held !== undefined) return this.#hold(held, index, event, body);
    return [this.#guardWhole(event, body)];
  }

  /** An item that never was done is no call anybody may run. */
  end(): readonly Buffer[] {
    return [];
  }

  #hold(held: RawEvent[], index: number, event: RawEvent, body: JsonObject): readonly Buffer[] {
    held.push(event);
    if (body['type'] !== 'response.output_item.done') return [];
    this.#held.delete(index);
    const item = asObject(body['item']) ?? {};
    const guarded = guardItem(item, this.#judge);
    if (guarded === item) return held.map(({ raw }) => raw);
    const first = parseJsonObject(held[0]?.data ?? '');
    return messageEvents(guarded, index, asCount(first?.['sequence_number']));
  }

  #guardWhole({ raw }: RawEvent, body: JsonObject): Buffer {
    const response = asObject(body['response']);
    const guarded = response && guardResponse(response, this.#judge);
    return guarded === undefined
      ? raw
      : renderEvent(String(body['type']), { ...body, response: guarded });
  }
}

function messageEvents(
  item: JsonObject,
  output_index: number,
  firstNumber: number,
): readonly Buffer[] {
  const [part] = asObjects(item['content']);
  const text = part?.['text'];
  const place = { item_id: item['id'], output_index, content_index: 0 };
  const started = { ...item, status: 'in_progress', content: [] };
  const events: readonly (readonly [string, object])[] = [
    ['response.output_item.added', { output_index, item: started }],
    ['response.content_part.added', { ...place, part: { ...part, text: '' } }],
    ['response.output_text.delta', { ...place, delta: text }],
    ['response.output_text.done', { ...place, text }],
    ['response.content_part.done', { ...place, part }],
    ['response.output_item.done', { output_index, item }],
  ];
  return events.map(([type, fields], i) =>
    renderEvent(type, { type, sequence_number: firstNumber + i, ...fields }),
  );
}
