import { asObject, asObjects, parseJsonObject } from '../read-json';
import { renderEvent } from '../render-event';
import type { JsonObject, JudgeCall, RawEvent, StreamGuard } from '../wire-format';
import { readResponse } from './response';

/** A forbidden function call becomes a text part. Calls come whole here, also in streams. */
export function guardResponse(body: JsonObject, judge: JudgeCall): JsonObject | undefined {
  let hasRefused = false;
  const guardPart = (part: JsonObject): JsonObject => {
    const [call] = readResponse({ candidates: [{ content: { parts: [part] } }] }).toolCalls;
    const refusal = call && judge(call);
    if (refusal === undefined) return part;
    hasRefused = true;
    return { text: refusal };
  };
  const candidates = asObjects(body['candidates']).map((candidate) => {
    const content = asObject(candidate['content']);
    if (content === undefined) return candidate;
    return {
      ...candidate,
      content: { ...content, parts: asObjects(content['parts']).map(guardPart) },
    };
  });
  return hasRefused ? { ...body, candidates } : undefined;
}

export class GenerateStreamGuard implements StreamGuard {
  readonly #judge: JudgeCall;

  constructor(judge: JudgeCall) {
    this.#judge = judge;
  }

  push({ raw, data }: RawEvent): readonly Buffer[] {
    const body = parseJsonObject(data);
    const guarded = body && guardResponse(body, this.#judge);
    return [guarded === undefined ? raw : renderEvent(undefined, guarded)];
  }

  end(): readonly Buffer[] {
    return [];
  }
}
