import { crc32 } from 'node:zlib';
import type { StreamEvent } from './wire';

/** One event of an AWS event stream in its binary form; an error is an exception message. */
export function encodeMessage({ event = 'chunk', data }: StreamEvent): Buffer {
  const isError = event === 'error';
  const headers = Object.entries({
    ':message-type': isError ? 'exception' : 'event',
    [isError ? ':exception-type' : ':event-type']: isError ? 'throttlingException' : event,
    ':content-type': 'application/json',
  }).map(([name, value]) => {
    const length = Buffer.from([value.length >> 8, value.length & 0xff]);
    return Buffer.concat([
      Buffer.from([name.length]),
      Buffer.from(name),
      Buffer.of(7),
      length,
      Buffer.from(value),
    ]);
  });
  const head = Buffer.concat(headers);
  const payload = Buffer.from(typeof data === 'string' ? data : JSON.stringify(data));
  const lengths = Buffer.concat([uint32(16 + head.length + payload.length), uint32(head.length)]);
  const signed = Buffer.concat([lengths, uint32(crc32(lengths)), head, payload]);
  return Buffer.concat([signed, uint32(crc32(signed))]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
