import type { Writable } from 'node:stream';
import type { Ending } from '../../audit';
import { errorCode } from './error-code';
import type { Inbound, ResponseHead, UpstreamFailure, Way } from './exchange';
import { forwardedResponseHeaders } from './headers';
import { join } from './tunnel';

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
 * Forwards one request and its answer, both streamed and never more than the receiver takes, and tells how it ended.
 * Rejects when the request cannot be said in the origin's protocol.
 */
export function forward(inbound: Inbound, way: Way): Promise<Outcome> {
  return new Promise((resolve) => {
    let bytesIn = 0;
    let bytesOut = 0;
    let status: number | undefined;
    let sink: Writable | undefined;

    const settle = (ending: Ending, failure?: UpstreamFailure): void =>
      resolve({
        ending,
        bytesIn,
        bytesOut,
        ...(status === undefined ? {} : { status }),
        ...(failure === undefined ? {} : { failure }),
      });

    const begin = (head: ResponseHead): void => {
      const rawHeaders = forwardedResponseHeaders(head.rawHeaders);
      const opened = inbound.respond({ ...head, rawHeaders });
      ({ status } = head);
      sink = opened;
      opened.on('drain', () => outbound.resume());
      opened.once('finish', () => {
        settle('completed');
        // An answer may come before the whole request was sent; the rest is of no use.
        if (inbound.body?.readableEnded === false) outbound.cancel();
      });
      // One write for head and body where both are there at once; a head alone is never held back.
      setImmediate(() => {
        if (bytesIn === 0 && !opened.writableEnded) inbound.flush();
      });
    };

    const outbound = way.send({
      information: (code, rawHeaders) => safely(() => inbound.inform(code, rawHeaders)),
      response(head) {
        try {
          begin(head);
        } catch (error) {
          // The client's protocol may not be able to say what the origin said: a field twice that may come once.
          settle('upstream_error', { code: 'upstream_protocol_error', cause: errorCode(error) });
          outbound.cancel();
        }
      },
      data(piece) {
        bytesIn += piece.length;
        if (sink?.write(piece) === false) outbound.pause();
      },
      end(trailers) {
        if (trailers.length > 0) safely(() => inbound.sendTrailers(trailers));
        sink?.end();
      },
      drain: () => inbound.body?.resume(),
      upgraded(head, origin) {
        if (inbound.upgrade === undefined) {
          outbound.cancel();
          return;
        }
        ({ status } = head);
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

    const { body } = inbound;
    if (body === undefined) {
      outbound.end([]);
      return;
    }
    body.on('data', (piece: Buffer) => {
      bytesOut += piece.length;
      if (!outbound.write(piece)) body.pause();
    });
    body.once('end', () => outbound.end(inbound.trailers()));
  });
}
