import type { ReadyTurn } from './script';

/** One server-sent event: its name, if the protocol gives it one, and its data: an object, or text sent as it is. */
export interface StreamEvent {
  readonly event?: string;
  readonly data: object | string;
}

/** What a request asked for. */
export interface Asked {
  readonly model: string;
  readonly isStreaming: boolean;
}

/** One protocol the upstream speaks. */
export interface Wire {
  /** What a POST to this path asks for; undefined when the path is not this protocol's. */
  read(path: string, query: string, body: Readonly<Record<string, unknown>>): Asked | undefined;
  render(turn: ReadyTurn): object;
  renderEvents(turn: ReadyTurn): readonly StreamEvent[];
  renderError(type: string, message: string): object;
  /** Of a streamed answer. @default - server-sent events */
  readonly contentType?: string;
  /** @default - a server-sent event */
  encode?(event: StreamEvent): Buffer;
}

/** An event in the bytes its protocol frames it in. */
export function encodeFor(wire: Wire, event: StreamEvent): Buffer {
  return wire.encode?.(event) ?? Buffer.from(encodeEvent(event));
}

function encodeEvent({ event, data }: StreamEvent): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`;
}

/** Length of a streamed text piece, in code points. Small, so that short answers still stream as several events. */
const PIECE_LENGTH = 12;

/** Cuts between code points: half a surrogate pair is not JSON any client would accept. */
export function pieces(text: string): readonly string[] {
  const points = Array.from(text);
  const count = Math.ceil(points.length / PIECE_LENGTH);
  return Array.from({ length: count }, (_, i) =>
    points.slice(i * PIECE_LENGTH, (i + 1) * PIECE_LENGTH).join(''),
  );
}
