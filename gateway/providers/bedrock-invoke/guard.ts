import { renderMessage } from '../../event-stream/render';
import { guardResponse as guardMessages, MessagesStreamGuard } from '../anthropic/guard';
import { ConverseStreamGuard, guardResponse as guardConverse } from '../bedrock-converse/guard';
import { guardResponse as guardChat } from '../openai-chat/guard';
import type { JsonObject, JudgeCall, RawEvent, StreamGuard } from '../wire-format';
import { openChunk } from './stream';

export function guardResponse(body: JsonObject, judge: JudgeCall): JsonObject | undefined {
  if ('choices' in body) return guardChat(body, judge);
  return 'content' in body ? guardMessages(body, judge) : guardConverse(body, judge);
}

/** The vendors' own guards, with every event in Bedrock's envelope. */
export class InvokeStreamGuard implements StreamGuard {
  readonly #anthropic: StreamGuard;
  readonly #amazon: StreamGuard;

  constructor(judge: JudgeCall) {
    this.#anthropic = new MessagesStreamGuard(judge, (_name, data) => chunkOf(data));
    this.#amazon = new ConverseStreamGuard(judge, (name, data) => chunkOf({ [name]: data }));
  }

  push({ raw, event, data }: RawEvent): readonly Buffer[] {
    const inner = openChunk(event, data);
    if (inner === undefined) return [raw];
    const guard = inner.vendor === 'anthropic' ? this.#anthropic : this.#amazon;
    return guard.push({ raw, event: inner.event, data: inner.data });
  }

  end(): readonly Buffer[] {
    return [...this.#anthropic.end(), ...this.#amazon.end()];
  }
}

function chunkOf(data: object): Buffer {
  const bytes = Buffer.from(JSON.stringify(data)).toString('base64');
  return renderMessage('chunk', { bytes });
}
