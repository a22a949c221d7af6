import type { Socket } from 'node:net';
import { MAX_QUERY_BYTES } from './message';

const LENGTH_BYTES = 2;
/** A resolver asks at once; a connection that says nothing for this long is closed. */
const IDLE_TIMEOUT_MS = 10_000;

/** Serves DNS messages framed by a two-octet length (RFC 1035 §4.2.2) until the other side ends. */
export function serveDnsTcp(socket: Socket, answer: (packet: Buffer) => Buffer | undefined): void {
  let pending: Buffer = Buffer.alloc(0);

  const answerOne = (length: number): void => {
    const packet = pending.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
    pending = pending.subarray(LENGTH_BYTES + length);
    const reply = answer(packet);
    if (reply === undefined) return;
    const frame = Buffer.alloc(LENGTH_BYTES);
    frame.writeUInt16BE(reply.length);
    if (!socket.write(Buffer.concat([frame, reply]))) socket.pause();
  };

  socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('drain', () => socket.resume());
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= LENGTH_BYTES) {
      const length = pending.readUInt16BE(0);
      if (length > MAX_QUERY_BYTES) {
        socket.destroy();
        return;
      }
      if (pending.length < LENGTH_BYTES + length) return;
      answerOne(length);
    }
  });
}
