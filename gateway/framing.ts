import { EventStreamParser } from './event-stream/parser';
import { rawHeader, type RawHeaders } from './headers';
import type { RawEvent } from './providers/wire-format';
import { SseParser } from './sse';

/** How a streamed answer is cut into events. */
export type Framing = 'sse' | 'event-stream';

/** Undefined: the answer is no stream. */
export function framingOf(headers: RawHeaders): Framing | undefined {
  const contentType = rawHeader(headers, 'content-type');
  if (contentType?.includes('text/event-stream') === true) return 'sse';
  return contentType?.includes('application/vnd.amazon.eventstream') === true
    ? 'event-stream'
    : undefined;
}

/** Cuts a stream into events; may throw for bytes that are no such stream. */
export interface EventParser {
  readonly isOverflown: boolean;
  push(chunk: Buffer): void;
  end(): void;
}

export function createEventParser(
  framing: Framing,
  onEvent: (event: Pick<RawEvent, 'event' | 'data'>) => void,
): EventParser {
  return framing === 'sse' ? new SseParser(onEvent) : new EventStreamParser(onEvent);
}
