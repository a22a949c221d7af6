import type { ServerResponse } from 'node:http';
import type { ReadyTurn, ScriptedBehaviour } from './script';
import { encodeFor, type StreamEvent, type Wire } from './wire';

/** Awaited before each streamed event; `index` counts the events of this answer from 0. */
export type Pace = (event: StreamEvent, index: number) => Promise<void> | void;

export interface AnswerOptions {
  readonly wire: Wire;
  readonly isStreaming: boolean;
  readonly behaviour?: ScriptedBehaviour;
  readonly pace?: Pace;
  readonly compress?: (bytes: Buffer) => Buffer;
}

/** Sends one scripted answer, with its misbehaviour if it has one. */
export async function answerTurn(
  response: ServerResponse,
  turn: ReadyTurn,
  options: AnswerOptions,
): Promise<void> {
  const { behaviour } = options;
  if (behaviour?.kind === 'hang_up') return void response.socket?.destroy();
  if (behaviour?.kind === 'status') return sendFailure(response, options.wire, behaviour);
  if (behaviour?.kind === 'raw')
    return void response
      .writeHead(200, { 'content-type': behaviour.contentType })
      .end(behaviour.body);
  if (behaviour?.kind === 'slow_headers') await delay(behaviour.delayMs);
  if (options.isStreaming) return streamTurn(response, turn, options);
  if (behaviour?.kind === 'cut') return cutBody(response, options.wire.render(turn));
  if (behaviour?.kind === 'stall') return;
  sendBytes(response, JSON.stringify(options.wire.render(turn)), options);
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = { 'content-type': 'application/json', 'content-length': bytes.length };
  response.writeHead(status, headers).end(bytes);
}

function sendFailure(
  response: ServerResponse,
  wire: Wire,
  failure: Extract<ScriptedBehaviour, { kind: 'status' }>,
): void {
  for (const [name, value] of Object.entries(failure.headers ?? {}))
    response.setHeader(name, value);
  sendJson(response, failure.status, wire.renderError(failure.errorType, failure.message));
}

function sendBytes(response: ServerResponse, text: string, { compress }: AnswerOptions): void {
  const plain = Buffer.from(text);
  const bytes = compress?.(plain) ?? plain;
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...(compress ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(bytes);
}

/** Promises all bytes, sends half, hangs up. */
function cutBody(response: ServerResponse, message: object): void {
  const bytes = Buffer.from(JSON.stringify(message));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}

async function streamTurn(
  response: ServerResponse,
  turn: ReadyTurn,
  options: AnswerOptions,
): Promise<void> {
  const events = options.wire.renderEvents(turn);
  const encode = (event: StreamEvent) => encodeFor(options.wire, event);
  response.writeHead(200, {
    'content-type': options.wire.contentType ?? 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...(options.compress ? { 'content-encoding': 'gzip' } : {}),
  });
  if (options.compress)
    return void response.end(options.compress(Buffer.concat(events.map(encode))));
  for (const [index, event] of events.entries()) {
    await options.pace?.(event, index);
    if (response.destroyed || misbehaves(response, options, index)) return;
    if (!response.write(encode(event))) await writable(response);
  }
  response.end();
}

/** True when the stream ends here, or stays silent for good. */
function misbehaves(
  response: ServerResponse,
  { behaviour, wire }: AnswerOptions,
  index: number,
): boolean {
  if (behaviour === undefined || !('afterEvents' in behaviour)) return false;
  if (behaviour.afterEvents !== index) return false;
  if (behaviour.kind === 'cut') response.write('', () => response.destroy());
  if (behaviour.kind === 'error_event')
    response.end(
      encodeFor(wire, {
        event: 'error',
        data: wire.renderError(behaviour.errorType, 'scripted error'),
      }),
    );
  return true;
}

function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
