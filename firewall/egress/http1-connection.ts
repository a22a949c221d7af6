import type { Socket } from 'node:net';
import { failureOf } from './dial';
import type { Outbound, OutboundEvents, UpstreamFailure } from './exchange';
import type { RawHeaders } from './headers';
import { type ParsedHead, protocolFault, renderFields } from './http1-head';
import type { Http1RequestHead } from './http1-request';
import { ResponseReader } from './http1-response';
import type { EgressLimits } from './limits';

/** Who keeps connections between two exchanges. */
export interface ConnectionKeeper {
  /** The exchange is over, the origin keeps the connection. */
  park(connection: Http1Connection): void;
  /** The connection is closed. */
  forget(connection: Http1Connection): void;
}

/** What one request over HTTP/1.1 needs to know beside its head. */
export interface Http1Send {
  readonly head: Http1RequestHead;
  readonly method: string;
  readonly hasBody: boolean;
  readonly isUpgrade: boolean;
}

/** A connection to an origin that speaks HTTP/1.1; it carries one exchange at a time. */
export class Http1Connection {
  #exchange: Http1Exchange | undefined;
  /** Carried an exchange before: the origin may close it at any time. */
  #isReused = false;
  readonly #onData = (piece: Buffer): void => this.#receive(piece);
  readonly #onDrain = (): void => this.#exchange?.drained();
  readonly #onClose = (): void => this.#close();
  readonly #onError = (error: Error): void => this.fail(failureOf(error));

  constructor(
    readonly socket: Socket,
    private readonly limits: EgressLimits,
    private readonly keeper: ConnectionKeeper,
  ) {
    socket.setNoDelay(true);
    socket.on('data', this.#onData).on('drain', this.#onDrain).on('error', this.#onError);
    socket.on('end', this.#onClose).on('close', this.#onClose);
  }

  get isOpen(): boolean {
    return this.socket.writable && this.socket.readable;
  }

  /** Sends a request. The head of one without body goes out at once. */
  send(request: Http1Send, events: OutboundEvents): Outbound {
    const exchange = new Http1Exchange(this, request, events, this.limits, this.#isReused);
    this.#exchange = exchange;
    this.#isReused = true;
    exchange.begin();
    return exchange;
  }

  /** Ends the connection and whatever goes over it. */
  fail(failure: UpstreamFailure): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.socket.destroy();
    exchange?.failed(failure);
  }

  /** The exchange went well to its end. */
  done(isKept: boolean): void {
    this.#exchange = undefined;
    if (!isKept || !this.isOpen) {
      this.socket.destroy();
      return;
    }
    this.socket.resume();
    this.keeper.park(this);
  }

  /** Lets the connection go, which has left HTTP; what came behind the head is put back. */
  release(early: Buffer): Socket {
    this.#exchange = undefined;
    const { socket } = this;
    socket.off('data', this.#onData).off('drain', this.#onDrain).off('error', this.#onError);
    socket.off('end', this.#onClose).off('close', this.#onClose);
    socket.pause();
    if (early.length > 0) socket.unshift(early);
    this.keeper.forget(this);
    return socket;
  }

  #receive(piece: Buffer): void {
    if (this.#exchange === undefined) {
      // Nobody asked: whatever it is, it must not become the answer to the next request.
      this.socket.destroy();
      return;
    }
    try {
      this.#exchange.receive(piece);
    } catch (error) {
      this.fail(failureOf(error));
    }
  }

  #close(): void {
    this.keeper.forget(this);
    if (this.#exchange?.closed() === true) return;
    this.fail({ code: 'upstream_closed', cause: 'ECONNRESET' });
  }
}

/** Trailers are advice: where HTTP/1.1 cannot say them they are left out, the request goes on. */
function trailerText(trailers: RawHeaders): string {
  try {
    return renderFields(trailers);
  } catch {
    return '';
  }
}

class Http1Exchange implements Outbound {
  readonly #reader: ResponseReader;
  #timer: NodeJS.Timeout | undefined;
  #bodyLeft: number;
  #isSent = false;
  #isAnswered = false;
  #isKept = false;
  #hasReceived = false;
  #switched: ParsedHead | undefined;

  constructor(
    private readonly connection: Http1Connection,
    private readonly request: Http1Send,
    private readonly events: OutboundEvents,
    private readonly limits: EgressLimits,
    private readonly isReused: boolean,
  ) {
    const { body } = request.head;
    this.#bodyLeft = body === 'chunked' ? Number.POSITIVE_INFINITY : body;
    this.#reader = new ResponseReader(request.method, limits.maxHeadBytes, {
      information: (head) => events.information(head.status, head.rawHeaders),
      head: (head) => this.#head(head),
      body: (piece) => events.data(piece),
      end: (trailers) => this.#answered(trailers),
    });
  }

  begin(): void {
    const { socket } = this.connection;
    this.#timer = setTimeout(
      () => this.connection.fail({ code: 'response_timeout' }),
      this.limits.responseTimeoutMs,
    );
    if (this.request.hasBody) {
      // Head and the first piece of the body in one write; a head alone is not held back.
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(this.request.head.text, 'latin1');
  }

  write(piece: Buffer): boolean {
    const { socket } = this.connection;
    this.#bodyLeft -= piece.length;
    if (this.#bodyLeft < 0) {
      // More than announced would be read as another request.
      this.connection.fail({ code: 'upstream_protocol_error', cause: 'body too long' });
      return true;
    }
    if (this.request.head.body !== 'chunked') return socket.write(piece);
    if (piece.length === 0) return true;
    socket.cork();
    socket.write(`${piece.length.toString(16)}\r\n`, 'latin1');
    socket.write(piece);
    const isTaken = socket.write('\r\n', 'latin1');
    socket.uncork();
    return isTaken;
  }

  end(trailers: RawHeaders): void {
    const { body } = this.request.head;
    if (body === 'chunked') {
      this.connection.socket.write(`0\r\n${trailerText(trailers)}\r\n`, 'latin1');
    } else if (this.#bodyLeft > 0) {
      this.connection.fail({ code: 'upstream_protocol_error', cause: 'body too short' });
      return;
    }
    this.#isSent = true;
    this.#settle();
  }

  pause(): void {
    if (!this.#isAnswered) this.connection.socket.pause();
  }

  resume(): void {
    if (!this.#isAnswered) this.connection.socket.resume();
  }

  cancel(): void {
    if (this.#isSent && this.#isAnswered) return;
    clearTimeout(this.#timer);
    this.#isAnswered = true;
    this.connection.done(false);
  }

  receive(piece: Buffer): void {
    this.#hasReceived = true;
    const beyond = this.#reader.push(piece);
    if (this.#switched !== undefined) this.#switch(this.#switched, beyond);
    else if (beyond.length > 0) this.connection.socket.destroy();
  }

  drained(): void {
    this.events.drain();
  }

  /** The origin closed; true when the answer was complete with that. */
  closed(): boolean {
    return this.#isAnswered || this.#reader.close();
  }

  failed(failure: UpstreamFailure): void {
    clearTimeout(this.#timer);
    if (this.#isAnswered) return;
    const isUnseen = this.isReused && !this.#hasReceived && failure.code === 'upstream_closed';
    this.events.failure({ ...failure, isUnseen });
  }

  #head(head: ParsedHead): void {
    clearTimeout(this.#timer);
    this.#isKept = head.isKept;
    if (head.status === 101) {
      if (!this.request.isUpgrade) throw protocolFault('101 unasked');
      this.#switched = head;
      return;
    }
    this.events.response(head);
  }

  #switch(head: ParsedHead, early: Buffer): void {
    this.#isAnswered = true;
    this.events.upgraded(head, this.connection.release(early));
  }

  #answered(trailers: RawHeaders): void {
    this.#isAnswered = true;
    this.events.end(trailers);
    this.#settle();
  }

  #settle(): void {
    if (this.#isSent && this.#isAnswered) this.connection.done(this.#isKept);
  }
}
