import type { Duplex, Readable, Writable } from 'node:stream';
import type { RawHeaders } from './headers';

/** The head of a final response. `reason` is empty in HTTP/2. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly rawHeaders: RawHeaders;
}

/** A client's request and the way back to it; HTTP/1.1 and HTTP/2 look the same from here. */
export interface Inbound {
  readonly protocol: 'http/1.1' | 'h2';
  readonly method: string;
  readonly target: string;
  /** Every Host header; in HTTP/2 `:authority` and every Host that differs from it. */
  readonly authorities: readonly string[];
  /** Without pseudo-headers. */
  readonly rawHeaders: RawHeaders;
  /** Absent when the request has no body. */
  readonly body?: Readable;
  /** What makes the request unreadable, as a remedy. */
  readonly fault?: string;
  /**
   * Present when the client asks to leave HTTP (WebSocket): sends the origin's 101 and gives the connection, with
   * what the client sent early put back.
   */
  readonly upgrade?: (head: ResponseHead) => Duplex;
  /** Trailers, once the body ended. */
  trailers(): RawHeaders;
  /** True once the client is gone: nothing can reach it. */
  isGone(): boolean;
  /** Calls once if the client goes before the response is finished. */
  whenGone(listener: () => void): void;
  inform(status: number, rawHeaders: RawHeaders): void;
  /** Begins the answer. The head goes out with the first piece of the body, with `flush`, or with the end. */
  respond(head: ResponseHead): Writable;
  /** Sends the head now. */
  flush(): void;
  /** To be called before the body is ended. */
  sendTrailers(rawHeaders: RawHeaders): void;
  /** Ends the exchange so that the client sees it was cut. */
  cut(): void;
}

/** Why no response came. `code` stands in the 502 or 504 reply and in the record. */
export interface UpstreamFailure {
  readonly code:
    | 'name_not_resolved'
    | 'connect_failed'
    | 'connect_timeout'
    | 'tls_failed'
    | 'upstream_closed'
    | 'upstream_protocol_error'
    | 'response_timeout'
    /** The company's proxy would not connect; `cause` is its status. */
    | 'proxy_refused';
  /** The system's own code, such as ECONNREFUSED. */
  readonly cause?: string;
  /** The origin closed a kept connection, or refused the stream, before it looked at the request. */
  readonly isUnseen?: boolean;
}

/** What comes back from the origin, pushed as it comes. */
export interface OutboundEvents {
  information(status: number, rawHeaders: RawHeaders): void;
  response(head: ResponseHead): void;
  /** A piece of the body. */
  data(piece: Buffer): void;
  /** The answer is complete. */
  end(trailers: RawHeaders): void;
  /** The origin takes more of the request's body again. */
  drain(): void;
  /** The origin agreed to leave HTTP. Only for requests that ask for it. */
  upgraded(head: ResponseHead, origin: Duplex): void;
  /** Before the response: none will come. After it: its body was cut. */
  failure(failure: UpstreamFailure): void;
}

/** A request under way to its origin. */
export interface Outbound {
  /** Sends a piece of the body. False: more should wait for `drain`. */
  write(piece: Buffer): boolean;
  /** Ends the body, also of a request that has none. */
  end(trailers: RawHeaders): void;
  /** Holds the answer back. */
  pause(): void;
  resume(): void;
  /** Nobody wants the answer any more, or the rest of the request. */
  cancel(): void;
}

/** A way to the origin that is open and reserved for one request: to be used or released. */
export interface Way {
  send(events: OutboundEvents): Outbound;
  release(): void;
}

/** A way, or why there is none. */
export type Prepared = Way | UpstreamFailure;

export interface OutboundRequest {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /**
   * Vetted by the policy; the connection goes to one of these and nowhere else. Empty where the company's proxy
   * resolves the name.
   */
  readonly addresses: readonly string[];
  readonly method: string;
  readonly path: string;
  /** As the client spelled it. */
  readonly authority: string;
  readonly rawHeaders: RawHeaders;
  readonly hasBody: boolean;
  /** The client asks to leave HTTP. */
  readonly isUpgrade: boolean;
  /** The client speaks HTTP/2: with plain text the origin must too. */
  readonly isHttp2: boolean;
}
