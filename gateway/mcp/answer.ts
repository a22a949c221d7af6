import type { AnswerFilter } from '../guard/answer-filter';
import type { AnswerObserver } from '../forward';
import type { RawHeaders } from '../headers';
import { createCallTap, type CallFacts, type CallTap } from './call-tap';
import type { McpLimits } from './limits';
import { createListFilter, type ShowTool } from './list-filter';

export interface AnswerReading {
  readonly limits: McpLimits;
  /** With it, lists of tools are filtered. */
  readonly showTool?: ShowTool;
  /** With it, the answer to this request is read. */
  readonly callId?: string | number;
}

/** What happens to one answer on its way to the client. */
export class McpAnswer implements AnswerObserver {
  status: number | undefined;
  readonly #reading: AnswerReading;
  #tap: CallTap | undefined;

  constructor(reading: AnswerReading) {
    this.#reading = reading;
  }

  filterFor(_status: number, headers: RawHeaders): AnswerFilter | undefined {
    const { showTool, limits } = this.#reading;
    return showTool && createListFilter(headers, showTool, limits.maxListBytes);
  }

  onHead(status: number, headers: RawHeaders): void {
    const { callId, limits } = this.#reading;
    this.status = status;
    if (callId !== undefined) this.#tap = createCallTap(headers, callId, limits.maxTappedBytes);
  }

  onData(chunk: Buffer): void {
    this.#tap?.push(chunk);
  }

  facts(): CallFacts | undefined {
    return this.#tap?.facts();
  }
}
