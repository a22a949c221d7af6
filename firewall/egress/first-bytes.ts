import type { Socket } from 'node:net';
import { type ClientHello, MAX_CLIENT_HELLO_BYTES, parseClientHello } from '../tls/client-hello';

/** What a client starts a connection with. */
export type FirstBytes =
  | { readonly kind: 'tls'; readonly hello: Extract<ClientHello, { kind: 'hello' }> }
  | { readonly kind: 'http1' }
  /** HTTP/2 in plain text by prior knowledge (RFC 9113 §3.3). */
  | { readonly kind: 'http2' }
  | { readonly kind: 'unknown' };

const TLS_HANDSHAKE = 0x16;
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** RFC 9110 §5.6.2 token characters; longer methods than any registered one are no HTTP. */
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}( |$)/;

/** Judges the first bytes; `more` when they could still become several things. Pure. */
export function classifyFirstBytes(bytes: Buffer): FirstBytes | 'more' {
  if (bytes.length === 0) return 'more';
  if (bytes[0] === TLS_HANDSHAKE) {
    const hello = parseClientHello(bytes);
    if (hello.kind === 'incomplete') return 'more';
    return hello.kind === 'hello' ? { kind: 'tls', hello } : { kind: 'unknown' };
  }
  const text = bytes.subarray(0, HTTP2_PREFACE.length).toString('latin1');
  if (text === HTTP2_PREFACE) return { kind: 'http2' };
  if (HTTP2_PREFACE.startsWith(text)) return 'more';
  const match = METHOD.exec(text.slice(0, 33));
  if (match === null) return { kind: 'unknown' };
  return match[1] === ' ' ? { kind: 'http1' } : 'more';
}

/**
 * Reads just enough of a connection to tell what it speaks and puts it back. Calls once: also, with `unknown`, when
 * the client ends first or says nothing in time.
 */
export function peekFirstBytes(
  socket: Socket,
  timeoutMs: number,
  done: (first: FirstBytes) => void,
): void {
  let seen: Buffer = Buffer.alloc(0);

  const finish = (first: FirstBytes): void => {
    clearTimeout(timer);
    socket.off('readable', read);
    socket.off('end', giveUp);
    socket.off('close', giveUp);
    if (seen.length > 0) socket.unshift(seen);
    done(first);
  };
  const giveUp = (): void => finish({ kind: 'unknown' });
  const read = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    seen = Buffer.concat([seen, chunk]);
    const first = classifyFirstBytes(seen);
    if (first !== 'more') finish(first);
    else if (seen.length > MAX_CLIENT_HELLO_BYTES) giveUp();
  };

  const timer = setTimeout(giveUp, timeoutMs);
  socket.on('readable', read);
  socket.once('end', giveUp);
  socket.once('close', giveUp);
  read();
}
