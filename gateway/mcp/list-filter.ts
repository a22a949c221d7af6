import { decodeBody } from '../body';
import type { AnswerFilter } from '../guard/answer-filter';
import { EventSplitter } from '../guard/event-splitter';
import { rawHeader, withoutHeader, type RawHeaders } from '../headers';
import { asArray, asObject, parseJsonObject } from '../providers/read-json';
import type { JsonObject, RawEvent } from '../providers/wire-format';
import { elementsAt, spanAt } from './json-span';

/** Whether a list may show this tool. */
export type ShowTool = (tool: JsonObject) => boolean;

/** Takes tools out of every list of tools in an answer; all else passes as it came, byte for byte. */
export function createListFilter(
  headers: RawHeaders,
  showTool: ShowTool,
  maxHeldBytes: number,
): AnswerFilter {
  const encoding = rawHeader(headers, 'content-encoding');
  const isStream = rawHeader(headers, 'content-type')?.includes('text/event-stream') === true;
  if (isStream && encoding === undefined)
    return new StreamListFilter(withoutHeader(headers, 'content-length'), showTool, maxHeldBytes);
  return new WholeListFilter(headers, { showTool, maxHeldBytes, encoding, isStream });
}

class StreamListFilter implements AnswerFilter {
  readonly headers: readonly string[];
  readonly #showTool: ShowTool;
  readonly #maxHeldBytes: number;
  readonly #splitter = new EventSplitter();

  constructor(headers: readonly string[], showTool: ShowTool, maxHeldBytes: number) {
    this.headers = headers;
    this.#showTool = showTool;
    this.#maxHeldBytes = maxHeldBytes;
  }

  push(chunk: Buffer): Buffer | undefined {
    const passed = this.#splitter.push(chunk).map((event) => this.#filter(event));
    if (this.#splitter.heldBytes > this.#maxHeldBytes) throw tooLarge(this.#maxHeldBytes);
    return passed.length === 0 ? undefined : Buffer.concat(passed);
  }

  end(): Buffer | undefined {
    const last = this.#splitter.end().map((event) => this.#filter(event));
    return last.length === 0 ? undefined : Buffer.concat(last);
  }

  #filter({ raw, data }: RawEvent): Buffer {
    const filtered = filterMessage(data, this.#showTool);
    return filtered === undefined ? raw : withData(raw, filtered);
  }
}

/** The event with other data; its id and type stay. */
function withData(raw: Buffer, data: string): Buffer {
  const lines = raw.toString('utf8').split(/\r\n|\r|\n/);
  const kept = lines.filter((line) => line !== '' && !/^data(?::|$)/.test(line));
  const written = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`);
  return Buffer.from(`${[...kept, ...written].join('\n')}\n\n`);
}

interface WholeOptions {
  readonly showTool: ShowTool;
  readonly maxHeldBytes: number;
  readonly encoding: string | undefined;
  readonly isStream: boolean;
}

/** JSON, and anything compressed: filtered when it is all there. */
class WholeListFilter implements AnswerFilter {
  readonly headers: readonly string[];
  readonly #options: WholeOptions;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(headers: RawHeaders, options: WholeOptions) {
    this.headers = ['content-length', 'content-encoding', 'content-digest', 'etag'].reduce<
      readonly string[]
    >(withoutHeader, headers);
    this.#options = options;
  }

  push(chunk: Buffer): undefined {
    const { maxHeldBytes } = this.#options;
    this.#length += chunk.length;
    if (this.#length > maxHeldBytes) throw tooLarge(maxHeldBytes);
    this.#chunks.push(chunk);
  }

  end(): Buffer | undefined {
    const { encoding, maxHeldBytes, isStream, showTool } = this.#options;
    const bytes = decodeBody(Buffer.concat(this.#chunks), encoding, maxHeldBytes);
    if (bytes === undefined) throw new Error(`list in encoding ${encoding} cannot be filtered`);
    if (!isStream) {
      const filtered = filterMessage(bytes.toString('utf8'), showTool);
      return filtered === undefined ? bytes : Buffer.from(filtered);
    }
    const filter = new StreamListFilter([], showTool, maxHeldBytes);
    return Buffer.concat([filter.push(bytes), filter.end()].filter((piece) => piece !== undefined));
  }
}

/** The message without the tools that may not be shown. Undefined: nothing is to be taken out. */
export function filterMessage(text: string, showTool: ShowTool): string | undefined {
  const tools = asArray(asObject(parseJsonObject(text)?.['result'])?.['tools']);
  const shown = tools.map((tool) => {
    const object = asObject(tool);
    return object !== undefined && showTool(object);
  });
  return shown.every(Boolean) ? undefined : withoutElements(text, shown);
}

function withoutElements(text: string, shown: readonly boolean[]): string {
  const list = spanAt(text, ['result', 'tools']);
  if (list === undefined) return text;
  const kept = elementsAt(text, list.start).filter((_, index) => shown[index]);
  const elements = kept.map(({ start, end }) => text.slice(start, end));
  return `${text.slice(0, list.start)}[${elements.join(',')}]${text.slice(list.end)}`;
}

function tooLarge(maxHeldBytes: number): Error {
  return new Error(`a list of tools over ${maxHeldBytes} bytes`);
}
