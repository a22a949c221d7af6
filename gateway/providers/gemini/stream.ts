import { parseJsonObject } from '../read-json';
import type { JsonObject, ResponseFacts, StreamReader } from '../wire-format';
import { factsOf } from './response';

/** Adds up a generateContent stream: every event is a piece of the same shape. */
export class GenerateStreamReader implements StreamReader {
  readonly #pieces: JsonObject[] = [];

  push(_event: string, data: string): void {
    const piece = parseJsonObject(data);
    if (piece !== undefined) this.#pieces.push(piece);
  }

  facts(): ResponseFacts {
    return factsOf(this.#pieces);
  }
}
