import { performServerHandshake } from 'node:http2';
import type { Socket } from 'node:net';
import type { Inbound } from './exchange';
import type { RawHeaders } from './headers';
import { inboundHttp2 } from './inbound-http2';
import type { EgressLimits } from './limits';

/** Requests one connection may have under way. */
export const MAX_CONCURRENT_STREAMS = 512;
/** Bounds what a connection buffers for a stream whose receiver is slow. */
const STREAM_WINDOW_BYTES = 256 * 1024;

/** Serves HTTP/2 on one connection, over TLS or plain. */
export function serveHttp2(
  socket: Socket,
  limits: EgressLimits,
  exchange: (inbound: Inbound) => void,
): void {
  const session = performServerHandshake(socket, {
    settings: {
      maxConcurrentStreams: MAX_CONCURRENT_STREAMS,
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxHeaderListSize: limits.maxHeadBytes,
    },
  });
  let streams = 0;
  session.on('error', () => session.destroy());
  session.setTimeout(limits.idleClientTimeoutMs, () => {
    if (streams === 0) session.close();
  });
  session.on('stream', (stream, headers, _flags, rawHeaders: RawHeaders) => {
    streams += 1;
    stream.once('close', () => (streams -= 1));
    exchange(inboundHttp2(stream, headers, rawHeaders));
  });
}
