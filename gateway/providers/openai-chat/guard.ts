import { asObject, asObjects, asText, parseJsonObject } from '../read-json';
import { renderEvent } from '../render-event';
import type { JsonObject, JudgeCall, RawEvent, StreamGuard, ToolCall } from '../wire-format';
import { readResponse } from './response';
import { ChatStreamReader } from './stream';

/** Forbidden calls leave `tool_calls`, and their refusals join the message's text. */
export function guardResponse(body: JsonObject, judge: JudgeCall): JsonObject | undefined {
  const refused = readResponse(body).toolCalls.flatMap((call) => refusalOf(judge, call));
  if (refused.length === 0) return undefined;
  const ids = new Set(refused.map(({ id }) => id));
  const choices = asObjects(body['choices']).map((choice) => guardChoice(choice, ids, refused));
  return { ...body, choices };
}

interface Refused {
  readonly id: string;
  readonly text: string;
}

function refusalOf(judge: JudgeCall, call: ToolCall): readonly Refused[] {
  const text = judge(call);
  return text === undefined ? [] : [{ id: call.id, text }];
}

function guardChoice(
  choice: JsonObject,
  ids: ReadonlySet<string>,
  refused: readonly Refused[],
): JsonObject {
  const message = asObject(choice['message']) ?? {};
  const calls = asObjects(message['tool_calls']);
  const left = calls.filter((call) => !ids.has(String(call['id'])));
  if (left.length === calls.length) return choice;
  const { tool_calls: _calls, ...rest } = message;
  const own = refused.filter(({ id }) => calls.some((call) => call['id'] === id));
  const content = [asText(message['content']), ...own.map(({ text }) => text)];
  const guarded = {
    ...rest,
    content: content.filter((text) => text !== undefined && text !== '').join('\n'),
    ...(left.length === 0 ? {} : { tool_calls: left }),
  };
  return { ...choice, message: guarded, ...(left.length === 0 ? { finish_reason: 'stop' } : {}) };
}

/** Chunks with tool calls are held until the choice is finished: only then is it known that the calls are complete. */
export class ChatStreamGuard implements StreamGuard {
  readonly #judge: JudgeCall;
  #reader = new ChatStreamReader();
  #held: RawEvent[] = [];

  constructor(judge: JudgeCall) {
    this.#judge = judge;
  }

  push(event: RawEvent): readonly Buffer[] {
    const body = parseJsonObject(event.data);
    const choices = asObjects(body?.['choices']);
    const hasCalls = choices.some(
      (choice) => asObjects(asObject(choice['delta'])?.['tool_calls']).length > 0,
    );
    const isFinished = choices.some((choice) => typeof choice['finish_reason'] === 'string');
    if (hasCalls) {
      this.#held.push(event);
      this.#reader.push(event.event, event.data);
    }
    if (body !== undefined && isFinished) return this.#release(hasCalls ? [] : [event], body);
    if (hasCalls) return [];
    return event.data === '[DONE]' ? [...this.#release([], {}), event.raw] : [event.raw];
  }

  end(): readonly Buffer[] {
    return this.#release([], {});
  }

  /** Judges what is held; `last` is the finishing chunk, `body` what it says. */
  #release(last: readonly RawEvent[], body: JsonObject): readonly Buffer[] {
    const calls = this.#reader.facts().toolCalls;
    const held = this.#held;
    this.#held = [];
    this.#reader = new ChatStreamReader();
    const refused = calls.flatMap((call) => refusalOf(this.#judge, call));
    if (refused.length === 0) return [...held, ...last].map(({ raw }) => raw);
    const ids = new Set(refused.map(({ id }) => id));
    const left = calls.filter(({ id }) => !ids.has(id));
    const frame = { ...parseJsonObject(held[0]?.data ?? '{}'), ...body };
    const chunk = (delta: object, finish: string | null) =>
      renderEvent(undefined, { ...frame, choices: [{ index: 0, delta, finish_reason: finish }] });
    return [
      chunk({ content: refused.map(({ text }) => text).join('\n') }, null),
      ...(left.length === 0 ? [] : [chunk({ tool_calls: left.map(wholeCall) }, null)]),
      chunk({}, left.length === 0 ? 'stop' : 'tool_calls'),
    ];
  }
}

function wholeCall({ id, name, arguments: text }: ToolCall, index: number): object {
  return { index, id, type: 'function', function: { name, arguments: text } };
}
