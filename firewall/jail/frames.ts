/**
 * The control protocol between daemon, broker and supervisor: frames of fields, little endian. The native side
 * is native/aigov-jail.c; a test keeps the letters of both in step.
 */

/** Frame types. Direction as seen from the daemon. */
export const FRAME = {
  /** Broker listens. */
  listening: 'B',
  /** A supervisor connected: u32 pid, u32 uid from SO_PEERCRED. */
  connected: 'N',
  /** It is gone. */
  gone: 'Z',
  hello: 'H',
  /** The jail is built; the command waits for `go`. */
  ready: 'R',
  failed: 'F',
  question: 'X',
  ended: 'E',
  /** A redirected connection is about to come: its source and where it was going. */
  origin: 'O',
  /** To the supervisor. */
  plan: 'P',
  refusal: 'N',
  go: 'G',
  answer: 'A',
  forget: 'C',
  done: 'D',
  kill: 'K',
} as const;

/** Field tags of the frames the daemon reads. */
export const FIELD = {
  cwd: 'c',
  argument: 'a',
  environment: 'e',
  status: 's',
  text: 'w',
  question: 'q',
  pid: 'p',
  path: 'x',
  realPath: 'r',
  callerCwd: 'w',
  file: 'f',
  identity: 'i',
  isCut: 't',
  isUnreadable: 'u',
  source: 's',
  target: 't',
} as const;

/** Field tags of the plan. */
export const PLAN_FIELD = {
  namespaces: 'f',
  proxyPort: 'y',
  unixSocket: 'u',
  environment: 'e',
  mount: 'm',
  tcpPort: 'T',
  udpPort: 'U',
  landlockHandled: 'h',
  landlockRule: 'r',
  landlockPort: 'o',
  companion: 'c',
  notify: 'n',
  text: 'w',
  status: 's',
} as const;

/** The most bytes one frame may carry; the native side closes the connection above it. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;

const FIELD_HEAD = 5;
const FRAME_HEAD = 9;

export interface Field {
  readonly tag: string;
  readonly value: Buffer;
}

export interface Frame {
  readonly jail: number;
  readonly type: string;
  readonly payload: Buffer;
}

export function encodeField(tag: string, value: Buffer): Buffer {
  const head = Buffer.alloc(FIELD_HEAD);
  head.write(tag, 0, 1, 'latin1');
  head.writeUInt32LE(value.length, 1);
  return Buffer.concat([head, value]);
}

/** A text the native side uses in place, hence the NUL. */
export function textField(tag: string, text: string): Buffer {
  return encodeField(tag, Buffer.from(`${text}\0`));
}

export function numberField(tag: string, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return encodeField(tag, bytes);
}

/** The fields of a payload; undefined when it is malformed. */
export function decodeFields(payload: Buffer): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  while (at < payload.length) {
    if (payload.length - at < FIELD_HEAD) return undefined;
    const length = payload.readUInt32LE(at + 1);
    if (length > payload.length - at - FIELD_HEAD) return undefined;
    const tag = String.fromCharCode(payload.readUInt8(at));
    fields.push({ tag, value: payload.subarray(at + FIELD_HEAD, at + FIELD_HEAD + length) });
    at += FIELD_HEAD + length;
  }
  return fields;
}

export function encodeFrame({ jail, type, payload }: Frame): Buffer {
  const head = Buffer.alloc(FRAME_HEAD);
  head.writeUInt32LE(payload.length, 0);
  head.writeUInt32LE(jail, 4);
  head.write(type, 8, 1, 'latin1');
  return Buffer.concat([head, payload]);
}

/** Cuts a byte stream into frames, however it was split. Throws RangeError on a frame over the limit. */
export function createFrameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let waiting: Buffer = Buffer.alloc(0);
  return (chunk) => {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    while (waiting.length >= FRAME_HEAD) {
      const length = waiting.readUInt32LE(0);
      if (length > MAX_FRAME_BYTES) throw new RangeError(`a frame of ${length} bytes`);
      if (waiting.length < FRAME_HEAD + length) return;
      const frame = waiting.subarray(0, FRAME_HEAD + length);
      waiting = waiting.subarray(FRAME_HEAD + length);
      onFrame({
        jail: frame.readUInt32LE(4),
        type: String.fromCharCode(frame.readUInt8(8)),
        payload: frame.subarray(FRAME_HEAD),
      });
    }
  };
}
