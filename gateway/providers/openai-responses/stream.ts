import { asCount, asObject, asObjects, asText, parseJsonObject } from '../read-json';
import type { JsonObject, ResponseFacts, StreamReader } from '../wire-format';
import { factsOf } from './response';

const LAST_WORDS: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
]);

/** Adds up a Responses stream: finished output items, and the `response` object of the first and the last event. */
export class ResponsesStreamReader implements StreamReader {
  readonly #items = new Map<number, JsonObject>();
  /** Text that came without its item being finished: all there is after a cut. */
  readonly #loose = new Map<number, string[]>();
  #response: JsonObject = {};
  #errorType: string | undefined;
  #isComplete = false;

  push(event: string, data: string): void {
    if (event === 'response.output_text.delta') return this.#onText(data);
    if (event.endsWith('.delta')) return;
    const body = parseJsonObject(data);
    if (body === undefined) return;
    const { type } = body as { type?: unknown };
    const response = asObject(body['response']);
    if (response !== undefined) this.#response = { ...this.#response, ...response };
    if (LAST_WORDS.has(type)) this.#isComplete = true;
    if (type === 'response.output_item.done') this.#onItem(body);
    if (type === 'error') this.#errorType = asText(body['code']) ?? 'unknown';
  }

  facts(): ResponseFacts {
    const finished = asObjects(this.#response['output']);
    const items = finished.length > 0 ? finished : [...this.#items.values()];
    const facts = factsOf(this.#response, items);
    const loose = [...this.#loose.values()].map((pieces) => pieces.join('')).join('\n');
    return {
      ...facts,
      output: facts.output === '' ? loose : facts.output,
      isComplete: this.#isComplete && facts.isComplete,
      ...(this.#errorType === undefined ? {} : { errorType: this.#errorType }),
    };
  }

  #onText(data: string): void {
    const body = parseJsonObject(data);
    const index = asCount(body?.['output_index']);
    const pieces = this.#loose.get(index) ?? [];
    pieces.push(asText(body?.['delta']) ?? '');
    this.#loose.set(index, pieces);
  }

  #onItem(body: JsonObject): void {
    const item = asObject(body['item']);
    const index = asCount(body['output_index']);
    if (item === undefined) return;
    this.#items.set(index, item);
  }
}
