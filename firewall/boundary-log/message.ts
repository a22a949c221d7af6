/**
 * What Coder's workspace agent takes at its boundary audit socket: frames of one tag byte, three bytes of length and a
 * protobuf message (coder/coder agent/boundarylogproxy/codec and agent/proto/agent.proto, read 2026-11-28). Tag 1 is
 * understood by every agent that has the socket.
 */

/** One decision, as Coder shows it. */
export interface BoundaryLog {
  readonly isAllowed: boolean;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly method: string;
  readonly url: string;
  /** Only of what was allowed. */
  readonly matchedRule: string;
  readonly sequence: number;
}

const TAG = 1;
/** Longest message an agent takes; it closes the connection on a longer one. */
const MAX_MESSAGE_BYTES = 32_768;
/** What is longer is cut, so that any one log fits into a message with room to spare. */
const MAX_TEXT_BYTES = 4_096;
const MAX_INT32 = 0x7fff_ffff;

/** As many of the logs, from the first on, as fit into one frame. */
export function encodeFrame(
  sessionId: string,
  processName: string,
  logs: readonly BoundaryLog[],
): { readonly frame: Buffer; readonly count: number } {
  const fixed = Buffer.concat([textField(2, sessionId), textField(3, processName)]);
  const parts: Buffer[] = [];
  let size = fixed.length;
  for (const log of logs) {
    const part = bytesField(1, encodeLog(log));
    if (size + part.length > MAX_MESSAGE_BYTES) break;
    parts.push(part);
    size += part.length;
  }
  const header = Buffer.alloc(4);
  header.writeUInt32BE((TAG << 24) | size);
  return { frame: Buffer.concat([header, ...parts, fixed]), count: parts.length };
}

function encodeLog({ isAllowed, timeMs, method, url, matchedRule, sequence }: BoundaryLog): Buffer {
  const time = [
    numberField(1, Math.floor(timeMs / 1000)),
    numberField(2, Math.floor(timeMs % 1000) * 1_000_000),
  ];
  const request = [textField(1, method), textField(2, url), textField(3, matchedRule)];
  return Buffer.concat([
    numberField(1, isAllowed ? 1 : 0),
    bytesField(2, Buffer.concat(time)),
    bytesField(3, Buffer.concat(request)),
    numberField(4, sequence & MAX_INT32),
  ]);
}

function numberField(tag: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(tag << 3), varint(value)]);
}

function textField(tag: number, text: string): Buffer {
  return text === '' ? Buffer.alloc(0) : bytesField(tag, cut(text));
}

function bytesField(tag: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((tag << 3) | 2), varint(bytes.length), bytes]);
}

/** Protobuf texts are UTF-8: a character is never cut in two. */
function cut(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_TEXT_BYTES) return bytes;
  let end = MAX_TEXT_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

function varint(value: number): Buffer {
  const octets: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) octets.push((rest % 0x80) | 0x80);
  return Buffer.from([...octets, rest]);
}
