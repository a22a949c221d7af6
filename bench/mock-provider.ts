import { createServer, type Socket } from 'node:net';

const EVENTS = 200;
const EVENTS_PER_WRITE = 10;
const PACED_EVENTS = 150;
const PACE_MS = 10;

/** Answers of a Messages API, made once. Sizes follow the reference measurement: 0.4 kB JSON, 35 kB stream. */
export function messagesAnswers() {
  const usage =
    '"usage":{"input_tokens":12,"cache_creation_input_tokens":3,"cache_read_input_tokens":40,"output_tokens":20,"service_tier":"standard"}';
  const text = 'The build folder is gone; the tests pass and nothing else changed. '.repeat(2);
  const body = `{"id":"msg_1","type":"message","role":"assistant","model":"claude-bench","content":[{"type":"text","text":"${text}"}],"stop_reason":"end_turn","stop_sequence":null,${usage}}`;
  const json = Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nrequest-id: req_1\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  const session = `{"id":"bench","secret":"bench-secret","expiresAt":"2099-01-01T00:00:00Z"}`;
  const registration = Buffer.from(
    `HTTP/1.1 201 Created\r\ncontent-length: ${session.length}\r\n\r\n${session}`,
  );
  const stream = streamWrites(EVENTS, EVENTS_PER_WRITE, usage);
  const paced = streamWrites(PACED_EVENTS, 1, usage);
  return { json, stream, paced, registration };
}

function streamWrites(count: number, perWrite: number, usage: string): readonly Buffer[] {
  const events = [
    sse(
      'message_start',
      `"message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-bench","content":[],"stop_reason":null,${usage}}`,
    ),
    sse('content_block_start', '"index":0,"content_block":{"type":"text","text":""}'),
    ...Array.from({ length: count - 5 }, (_, i) =>
      sse(
        'content_block_delta',
        `"index":0,"delta":{"type":"text_delta","text":" token${i} of the answer"}`,
      ),
    ),
    sse('content_block_stop', '"index":0'),
    sse(
      'message_delta',
      '"delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":195}',
    ),
    sse('message_stop', '"index":0'),
  ].map((event) => `${event.length.toString(16)}\r\n${event}\r\n`);
  const head =
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nrequest-id: req_1\r\ntransfer-encoding: chunked\r\n\r\n';
  const writes = Array.from({ length: count / perWrite }, (_, i) =>
    Buffer.from(events.slice(i * perWrite, (i + 1) * perWrite).join('')),
  );
  return [Buffer.from(head), ...writes, Buffer.from('0\r\n\r\n')];
}

function sse(type: string, fields: string): string {
  return `event: ${type}\ndata: {"type":"${type}",${fields}}\n\n`;
}

/** A provider on bare sockets, cheap enough that the load, not the provider, is the limit. Streams when the body asks. */
export function createMockProvider() {
  const answers = messagesAnswers();
  return createServer({ noDelay: true }, (socket) => {
    let unread: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
      for (let request = nextRequest(unread); request; request = nextRequest(unread)) {
        unread = unread.subarray(request.length);
        if (request.isRegistration) socket.write(answers.registration);
        else if (request.isPaced) writePaced(socket, answers.paced, 0);
        else if (request.isStreaming) writeSlowly(socket, answers.stream, 0);
        else socket.write(answers.json);
      }
    });
  });
}

interface ReadRequest {
  readonly length: number;
  readonly isStreaming: boolean;
  /** An event every 10 ms, as models write. */
  readonly isPaced: boolean;
  /** A relay's, when the provider stands where a server would. */
  readonly isRegistration: boolean;
}

function nextRequest(bytes: Buffer): ReadRequest | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const declared = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isChunked = declared === undefined && /transfer-encoding: *chunked/i.test(head);
  const end = isChunked ? chunkedEnd(bytes, headEnd + 4) : headEnd + 4 + Number(declared ?? 0);
  if (end === undefined || bytes.length < end) return undefined;
  return {
    length: end,
    isStreaming: bytes.includes('"stream":true', headEnd),
    isPaced: bytes.includes('"user_id":"paced"', headEnd),
    isRegistration: head.startsWith('POST /api/v1/relay/sessions'),
  };
}

function chunkedEnd(bytes: Buffer, from: number): number | undefined {
  const at = bytes.indexOf('0\r\n\r\n', from);
  return at === -1 ? undefined : at + 5;
}

/** One write per turn of the event loop, as tokens come in bursts. */
function writeSlowly(socket: Socket, writes: readonly Buffer[], index: number): void {
  const next = writes[index];
  if (next === undefined || socket.destroyed) return;
  socket.write(next);
  setImmediate(() => writeSlowly(socket, writes, index + 1));
}

function writePaced(socket: Socket, writes: readonly Buffer[], index: number): void {
  const next = writes[index];
  if (next === undefined || socket.destroyed) return;
  socket.write(next);
  setTimeout(() => writePaced(socket, writes, index + 1), PACE_MS);
}
