import { crc32 } from 'node:zlib';

/** One event as a binary message, with both checksums. */
export function renderMessage(event: string, payload: object): Buffer {
  const headers = Buffer.concat([
    textHeader(':event-type', event),
    textHeader(':content-type', 'application/json'),
    textHeader(':message-type', 'event'),
  ]);
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(prelude.length + headers.length + body.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(message));
  return Buffer.concat([message, checksum]);
}

function textHeader(name: string, value: string): Buffer {
  const head = Buffer.from([name.length, ...Buffer.from(name), 7, 0, 0]);
  head.writeUInt16BE(Buffer.byteLength(value), head.length - 2);
  return Buffer.concat([head, Buffer.from(value)]);
}
