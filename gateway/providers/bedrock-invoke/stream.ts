import { MessagesStreamReader } from '../anthropic/stream';
import { ConverseStreamReader } from '../bedrock-converse/stream';
import { optional } from '../optional';
import { asCount, asObject, asText, parseJsonObject } from '../read-json';
import type { JsonObject, ResponseFacts, StreamReader, TokenUsage } from '../wire-format';

/** One event of the model's vendor, out of the envelope Bedrock sends it in. */
export interface InnerEvent {
  readonly vendor: 'anthropic' | 'amazon';
  readonly event: string;
  readonly data: string;
  readonly body: JsonObject;
}

/** Amazon's models name an event by its only key, Anthropic's by `type`. Undefined: no event of either. */
export function openChunk(event: string, data: string): InnerEvent | undefined {
  const encoded = event === 'chunk' ? asText(parseJsonObject(data)?.['bytes']) : undefined;
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const body = parseJsonObject(text);
  if (body === undefined) return undefined;
  const type = asText(body['type']);
  if (type !== undefined) return { vendor: 'anthropic', event: type, data: text, body };
  const [name = ''] = Object.keys(body);
  return { vendor: 'amazon', event: name, data: JSON.stringify(body[name]), body };
}

/** Adds up an InvokeModelWithResponseStream answer. Bedrock's own count, in the last chunk, stands in for a missing one. */
export class InvokeStreamReader implements StreamReader {
  readonly #anthropic = new MessagesStreamReader();
  readonly #amazon = new ConverseStreamReader();
  #vendor: InnerEvent['vendor'] | undefined;
  #metrics: JsonObject | undefined;

  push(event: string, data: string): void {
    if (event.startsWith('exception:')) return this.#onException(event, data);
    const inner = openChunk(event, data);
    if (inner === undefined) return;
    this.#vendor ??= inner.vendor;
    this.#metrics = asObject(inner.body['amazon-bedrock-invocationMetrics']) ?? this.#metrics;
    const reader = inner.vendor === 'anthropic' ? this.#anthropic : this.#amazon;
    reader.push(inner.event, inner.data);
  }

  facts(): ResponseFacts {
    const facts = (this.#vendor === 'anthropic' ? this.#anthropic : this.#amazon).facts();
    return { ...optional('usage', usageOf(this.#metrics)), ...facts };
  }

  /** Whoever was speaking is cut short. */
  #onException(event: string, data: string): void {
    this.#amazon.push(event, data);
    const error = { type: event.slice('exception:'.length) };
    this.#anthropic.push('error', JSON.stringify({ type: 'error', error }));
  }
}

function usageOf(metrics: JsonObject | undefined): TokenUsage | undefined {
  if (metrics === undefined) return undefined;
  return {
    inputTokens: asCount(metrics['inputTokenCount']),
    outputTokens: asCount(metrics['outputTokenCount']),
    cacheReadTokens: asCount(metrics['cacheReadInputTokenCount']),
    cacheWriteTokens: asCount(metrics['cacheWriteInputTokenCount']),
    raw: metrics,
  };
}
