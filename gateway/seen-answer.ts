import type { AnsweredEnding, AnswerObserver } from './forward';
import { createAnswerFilter, type AnswerFilter } from './guard/answer-filter';
import { rawHeader, type RawHeaders } from './headers';
import type { InterceptionEnd } from './interception';
import type { JudgeCall, WireFormat } from './providers/wire-format';
import { createTap, type ResponseTap } from './tap';

export interface SeenAnswerOptions {
  readonly format: WireFormat;
  readonly maxTappedBytes: number;
  readonly clock: () => number;
  /** With a judge, forbidden tool calls are kept from the client; what is seen here is what the model said. */
  readonly judge: JudgeCall | undefined;
  /** Whether an answer is kept from the client altogether, because another try follows. */
  readonly declines: (status: number, headers: readonly Buffer[]) => boolean;
}

/** Collects what an answer shows while it passes. */
export class SeenAnswer implements AnswerObserver {
  readonly #options: SeenAnswerOptions;
  #tap: ResponseTap | undefined;
  #status: number | undefined;
  #firstByteAtMs: number | undefined;
  #upstreamRequestId: string | undefined;

  constructor(options: SeenAnswerOptions) {
    this.#options = options;
  }

  declines(status: number, headers: readonly Buffer[]): boolean {
    return this.#options.declines(status, headers);
  }

  filterFor(status: number, headers: RawHeaders): AnswerFilter | undefined {
    const { format, judge } = this.#options;
    const isGuarded = judge !== undefined && status >= 200 && status < 300;
    return isGuarded ? createAnswerFilter(format, headers, judge) : undefined;
  }

  onHead(status: number, headers: RawHeaders): void {
    this.#status = status;
    this.#upstreamRequestId =
      rawHeader(headers, 'request-id') ?? rawHeader(headers, 'x-request-id');
    this.#tap = createTap(this.#options.format, headers, this.#options.maxTappedBytes);
  }

  onData(chunk: Buffer): void {
    this.#firstByteAtMs ??= this.#options.clock();
    this.#tap?.push(chunk);
  }

  /** `ending` of an exchange whose answer reached the client, at least in part. */
  end(ending: AnsweredEnding, startedAtMs: number, durationMs: number): InterceptionEnd {
    const response = this.#tap?.facts();
    const firstByteAtMs = this.#firstByteAtMs;
    const isFailed = (this.#status ?? 0) >= 400 || response?.errorType !== undefined;
    return {
      ending: ending.kind === 'completed' && isFailed ? 'upstream_error' : ending.kind,
      status: this.#status,
      durationMs,
      ...(response === undefined ? {} : { response }),
      ...(firstByteAtMs === undefined
        ? {}
        : { firstByteMs: Math.round(firstByteAtMs - startedAtMs) }),
      ...(this.#upstreamRequestId === undefined
        ? {}
        : { upstreamRequestId: this.#upstreamRequestId }),
    };
  }
}
