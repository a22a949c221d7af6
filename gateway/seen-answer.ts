import type { AnsweredEnding, AnswerObserver } from './forward';
import { rawHeader, type RawHeaders } from './headers';
import type { InterceptionEnd } from './interception';
import type { WireFormat } from './providers/wire-format';
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

  constructor(format: WireFormat, maxTappedBytes: number, clock: () => number) {
    this.#format = format;
    this.#maxTappedBytes = maxTappedBytes;
    this.#clock = clock;
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
