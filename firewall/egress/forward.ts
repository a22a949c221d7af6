import type { Readable, Writable } from 'node:stream';
import type { Ending } from '../../audit';
import { errorCode } from './error-code';
import type { Inbound, UpstreamFailure, UpstreamResponse } from './exchange';
import { forwardedResponseHeaders } from './headers';
import { join } from './tunnel';
import type { Send } from './upstream';

/** How a forwarded request ended. */
export interface Outcome {
  readonly ending: Ending;
  /** Absent when no response came; then the client has not been answered yet. */
  readonly status?: number;
  /** Body bytes that came into the jail. */
  readonly bytesIn: number;
  /** Body bytes that left it. */
  readonly bytesOut: number;
  readonly failure?: UpstreamFailure;
}

/** Moves a stream piece by piece, never more than the receiver takes. */
function pump(
  from: Readable,
  to: Writable,
  count: (bytes: number) => void,
  ended: () => void,
): void {
  from.on('data', (chunk: Buffer) => {
    count(chunk.length);
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  from.once('end', ended);
}

/**
 * Trailers and 1xx answers may hold what the other side's protocol cannot say. They are advice: what cannot be said is
 * left out, the exchange goes on.
 */
function safely(say: () => unknown): void {
  try {
    say();
  } catch {
    // Left out, see above.
  }
}

/**
 * Forwards one request and its answer, both streamed, and tells how it ended. Rejects when the request cannot be said
 * in the origin's protocol.
 */
export function forward(inbound: Inbound, send: Send): Promise<Outcome> {
  return new Promise((resolve) => {
    let bytesIn = 0;
    let bytesOut = 0;
    let status: number | undefined;

    const settle = (ending: Ending, failure?: UpstreamFailure): void =>
      resolve({
        ending,
        bytesIn,
        bytesOut,
        ...(status === undefined ? {} : { status }),
        ...(failure === undefined ? {} : { failure }),
      });

    /** The client's protocol may not be able to say what the origin said: a field twice that may come once. */
    const respond = (response: UpstreamResponse): Writable | undefined => {
      try {
        const rawHeaders = forwardedResponseHeaders(response.rawHeaders);
        return inbound.respond({ ...response, rawHeaders });
      } catch (error) {
        settle('upstream_error', { code: 'upstream_protocol_error', cause: errorCode(error) });
        outbound.cancel();
        return undefined;
      }
    };

    const answer = (response: UpstreamResponse): void => {
      const sink = respond(response);
      if (sink === undefined) return;
      status = response.status;
      sink.once('finish', () => {
        settle('completed');
        // An answer may come before the whole request was sent; the rest is of no use.
        if (inbound.body?.readableEnded === false) outbound.cancel();
      });
      const count = (bytes: number): void => {
        bytesIn += bytes;
      };
      // One write for head and body where both are there at once; a head alone is never held back.
      setImmediate(() => {
        if (bytesIn === 0 && !sink.writableEnded) inbound.flush();
      });
      pump(response.body, sink, count, () => {
        const trailers = response.trailers();
        safely(() => trailers.length > 0 && inbound.sendTrailers(trailers));
        sink.end();
      });
    };

    const outbound = send({
      information: (code, rawHeaders) => safely(() => inbound.inform(code, rawHeaders)),
      response: answer,
      upgraded(head, origin) {
        if (inbound.upgrade === undefined) {
          outbound.cancel();
          return;
        }
        status = head.status;
        void join(inbound.upgrade(head), origin).then((joined) => {
          ({ bytesIn, bytesOut } = joined);
          settle(joined.ending, joined.failure);
        });
      },
      failure(failure) {
        settle(status === undefined ? 'upstream_error' : 'upstream_cut', failure);
        if (status !== undefined) inbound.cut();
      },
    });
    inbound.whenGone(() => {
      settle('client_gone');
      outbound.cancel();
    });

    if (inbound.body === undefined) {
      outbound.body.end();
      return;
    }
    const countOut = (bytes: number): void => {
      bytesOut += bytes;
    };
    pump(inbound.body, outbound.body, countOut, () => {
      const trailers = inbound.trailers();
      safely(() => trailers.length > 0 && outbound.sendTrailers(trailers));
      outbound.body.end();
    });
  });
}
