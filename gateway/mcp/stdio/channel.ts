import type { ServerResponse } from 'node:http';
import type { AnswerFilter } from '../../guard/answer-filter';
import type { AnswerObserver } from '../../forward';
import type { McpRefusal } from '../refuse';
import type { McpEnding } from '../upstream';

/** Where messages of a process go that belong to one request. */
export interface Sink {
  message(text: string): void;
  /** The answer: nothing comes after it. */
  finish(text: string): void;
  /** There will be no answer. */
  fail(refusal: McpRefusal): void;
}

export interface ChannelOptions {
  readonly response: ServerResponse;
  readonly observer: AnswerObserver;
  /** Names and values in turn, besides the content type. */
  readonly headers: readonly string[];
  /** The client went away, or the answer is out. */
  readonly onOver: (isAnswered: boolean) => void;
  /** The client reads too slowly, or fast enough again. */
  readonly onBlocked: (isBlocked: boolean) => void;
}

/** An HTTP answer fed by a process: JSON when the answer comes first, a stream of events when something else does. */
export class Channel implements Sink {
  readonly ending: Promise<McpEnding>;
  readonly #options: ChannelOptions;
  #settle: (ending: McpEnding) => void = () => undefined;
  #filter: AnswerFilter | undefined;
  #isStarted = false;
  #isOver = false;
  #isBlocked = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.ending = new Promise((resolve) => (this.#settle = resolve));
    const { response } = options;
    response.on('close', () => this.#end({ kind: 'client_gone' }));
    response.on('error', () => this.#end({ kind: 'client_gone' }));
  }

  /** Begins a stream before there is anything to say. */
  open(): void {
    if (this.#isOver || this.#isStarted) return;
    this.#start('text/event-stream', ['cache-control', 'no-cache', 'x-accel-buffering', 'no']);
    this.#options.response.flushHeaders();
  }

  message(text: string): void {
    if (this.#isOver) return;
    this.open();
    this.#write(Buffer.from(`event: message\ndata: ${text}\n\n`));
  }

  finish(text: string): void {
    if (this.#isOver) return;
    if (this.#isStarted) this.message(text);
    else {
      this.#start('application/json', []);
      this.#write(Buffer.from(text));
    }
    this.#complete();
  }

  fail(refusal: McpRefusal): void {
    if (this.#isOver) return;
    if (!this.#isStarted) return this.#end({ kind: 'refused', refusal });
    // The stream is cut: what is missing must not look complete.
    this.#options.response.destroy();
    this.#end({ kind: 'upstream_cut', error: new Error(refusal.message) });
  }

  #start(contentType: string, more: readonly string[]): void {
    const { response, observer, headers } = this.#options;
    const raw = ['content-type', contentType, ...more, ...headers];
    this.#isStarted = true;
    this.#filter = observer.filterFor?.(200, raw);
    const sent = this.#filter?.headers ?? raw;
    response.writeHead(200, [...sent]);
    observer.onHead(200, sent);
  }

  #write(chunk: Buffer): void {
    const { response, observer, onBlocked } = this.#options;
    observer.onData(chunk);
    const passed = this.#filter === undefined ? chunk : this.#filter.push(chunk);
    if (passed === undefined || response.write(passed) || this.#isBlocked) return;
    this.#isBlocked = true;
    onBlocked(true);
    response.once('drain', () => this.#unblock());
  }

  #complete(): void {
    const { response } = this.#options;
    const last = this.#filter?.end();
    if (last === undefined) response.end();
    else response.end(last);
    this.#end({ kind: 'completed' });
  }

  #unblock(): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    this.#options.onBlocked(false);
  }

  #end(ending: McpEnding): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#unblock();
    this.#settle(ending);
    this.#options.onOver(ending.kind === 'completed');
  }
}
