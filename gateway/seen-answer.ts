import type { AnsweredEnding, AnswerObserver } from './forward';
import { createAnswerFilter, type AnswerFilter } from './guard/answer-filter';
import { rawHeader, type RawHeaders } from './headers';
import type { InterceptionEnd } from './interception';
import type { JudgeCall, WireFormat } from './providers/wire-format';
import { createTap, type ResponseTap } from './tap';

/** Collects what an answer shows while it passes. */
export class SeenAnswer implements AnswerObserver {
  readonly #format: WireFormat;
  readonly #maxTappedBytes: number;
  readonly #clock: () => number;
  #tap: ResponseTap | undefined;
  #status: number | undefined;
  #firstByteAtMs: number | undefined;
  #upstreamRequestId: string | undefined;

  readonly #judge: JudgeCall | undefined;

  /** With a judge, forbidden tool calls are kept from the client; what is seen here is what the model said. */
  constructor(
    format: WireFormat,
    maxTappedBytes: number,
    clock: () => number,
    judge: JudgeCall | undefined,
  ) {
    this.#judge = judge;
    this.#format = format;
    this.#maxTappedBytes = maxTappedBytes;
    this.#clock = clock;
  }

  filterFor(status: number, headers: RawHeaders): AnswerFilter | undefined {
    const isGuarded = this.#judge !== undefined && status >= 200 && status < 300;
    return isGuarded ? createAnswerFilter(this.#format, headers, this.#judge) : undefined;
  }

  onHead(status: number, headers: RawHeaders): void {
    this.#status = status;
    this.#upstreamRequestId =
      rawHeader(headers, 'request-id') ?? rawHeader(headers, 'x-request-id');
    this.#tap = createTap(this.#format, headers, this.#maxTappedBytes);
  }

  onData(chunk: Buffer): void {
    this.#firstByteAtMs ??= this.#clock();
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
