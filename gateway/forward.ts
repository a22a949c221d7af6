import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { AnswerFilter } from './guard/answer-filter';
import { rawHeader, returnedResponseHeaders, type RawHeaders } from './headers';

/** One request as it goes upstream. */
export interface UpstreamRequest {
  readonly dispatcher: Dispatcher;
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: string[];
  readonly body: Buffer | null;
}

/** Looks at an answer as it passes. */
export interface AnswerObserver {
  /** True keeps the answer from the client: nothing of it is sent, and the exchange ends as `declined`. */
  declines?(status: number, headers: readonly Buffer[]): boolean;
  /** Chooses what stands between this answer and the client. @default - nothing */
  filterFor?(status: number, headers: RawHeaders): AnswerFilter | undefined;
  /** The head arrived, as the upstream sent it but for what belongs to its hop. */
  onHead(status: number, headers: RawHeaders): void;
  onData(chunk: Buffer): void;
}

/** How an exchange ended whose answer went to the client as far as it came. */
export type AnsweredEnding =
  | { readonly kind: 'completed' }
  | { readonly kind: 'client_gone' }
  | { readonly kind: 'upstream_cut'; readonly error: Error };

/** `upstream_error`: no answer came. In this and in `declined` the client still waits for one. */
export type ExchangeEnding =
  | AnsweredEnding
  | { readonly kind: 'declined'; readonly error: Error }
  | { readonly kind: 'upstream_error'; readonly error: Error };

/**
 * Sends a request upstream and its answer to the client: bytes unchanged, back-pressure both ways, the upstream
 * cancelled when the client goes away, a cut upstream seen as a cut by the client. Never rejects.
 */
export function forward(
  request: UpstreamRequest,
  response: ServerResponse,
  observer: AnswerObserver,
): Promise<ExchangeEnding> {
  return new Promise((resolve) => {
    const exchange = new Exchange(response, observer, resolve);
    const { dispatcher, method, path, headers, body } = request;
    try {
      dispatcher.dispatch({ method, path, headers, body }, exchange);
    } catch (error) {
      // undici throws for a head it would not send, such as a control character in a header.
      exchange.onError(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/**
 * undici's handler in the form that hands over header bytes as they came. Chunks that arrive in one read are written
 * as one: with several hundred events a stream that is most of its cost.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  readonly #observer: AnswerObserver;
  readonly #settle: (ending: ExchangeEnding) => void;
  #abort: ((error: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  #pending: Buffer[] = [];
  #filter: AnswerFilter | undefined;
  #isBlocked = false;
  #isOver = false;
  #hasHead = false;

  constructor(
    response: ServerResponse,
    observer: AnswerObserver,
    settle: (ending: ExchangeEnding) => void,
  ) {
    this.#response = response;
    this.#observer = observer;
    this.#settle = settle;
    response.on('close', () => this.#onClientClose());
    response.on('error', () => this.#onClientClose());
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    if (this.#isOver) abort(new Error('client gone'));
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void): boolean {
    if (status < 200) return true;
    if (this.#observer.declines?.(status, rawHeaders) === true) return this.#decline();
    this.#resume = resume;
    this.#hasHead = true;
    const headers = returnedResponseHeaders(rawHeaders);
    this.#response.sendDate = false;
    // The reason phrase is the standard one: undici 7.30 loses the beginning of one that arrives in two reads.
    this.#filter = this.#observer.filterFor?.(status, headers);
    this.#response.writeHead(status, [...(this.#filter?.headers ?? headers)]);
    this.#observer.onHead(status, headers);
    // A stream's head must not wait for its first event; most often both are already here.
    if (rawHeader(headers, 'content-length') === undefined) setImmediate(() => this.#flushHead());
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#pending.push(chunk) === 1) queueMicrotask(() => this.#flush());
    return !this.#isBlocked;
  }

  onComplete(): void {
    if (this.#isOver) return;
    try {
      this.#send(this.#takePending());
      const last = this.#filter?.end();
      const done = () => this.#finish({ kind: 'completed' });
      if (last === undefined) this.#response.end(done);
      else this.#response.end(last, done);
    } catch (error) {
      this.#cut(error as Error);
    }
  }

  onError(error: Error): void {
    if (this.#isOver) return;
    if (!this.#hasHead) return this.#finish({ kind: 'upstream_error', error });
    this.#flush();
    this.#cut(error);
  }

  /** Sends what is buffered, then closes without the body's proper end: the client sees the cut too. */
  #cut(error: Error): void {
    this.#finish({ kind: 'upstream_cut', error });
    this.#abort?.(error);
    this.#response.socket?.destroySoon();
  }

  #decline(): boolean {
    const error = new Error('answer declined');
    this.#finish({ kind: 'declined', error });
    this.#abort?.(error);
    return false;
  }

  #flushHead(): void {
    if (!this.#isOver && !this.#response.writableEnded) this.#response.flushHeaders();
  }

  #takePending(): Buffer | undefined {
    const [only, ...more] = this.#pending;
    if (only === undefined) return undefined;
    const chunk = more.length === 0 ? only : Buffer.concat(this.#pending);
    this.#pending = [];
    this.#observer.onData(chunk);
    return this.#filter === undefined ? chunk : this.#filter.push(chunk);
  }

  #flush(): void {
    try {
      this.#send(this.#takePending());
    } catch (error) {
      this.#cut(error as Error);
    }
  }

  #send(chunk: Buffer | undefined): void {
    if (chunk === undefined || this.#isOver || this.#response.write(chunk)) return;
    if (this.#isBlocked) return;
    this.#isBlocked = true;
    this.#response.once('drain', () => {
      this.#isBlocked = false;
      this.#resume?.();
    });
  }

  #onClientClose(): void {
    if (this.#isOver) return;
    this.#finish(this.#response.writableFinished ? { kind: 'completed' } : { kind: 'client_gone' });
    this.#abort?.(new Error('client gone'));
  }

  #finish(ending: ExchangeEnding): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#settle(ending);
  }
}
