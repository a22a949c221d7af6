import { connect, isIPv6, type LookupFunction, type Socket } from 'node:net';
import { errorCode } from './error-code';
import type { UpstreamFailure } from './exchange';
import type { EgressLimits } from './limits';

/**
 * A `lookup` that answers with vetted addresses only, so `net.connect` tries these (in turn, RFC 8305) and can
 * reach nothing else.
 */
export function vettedLookup(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_host, options, callback) => {
    const [first] = found;
    if (options.all === true) callback(null, found);
    else callback(null, first?.address ?? '', first?.family);
  };
}

const CONNECT_CODES = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
  'EACCES',
]);
const CLOSED_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Thrown into a request or socket of ours when one of our own limits ends it. */
export class UpstreamError extends Error {
  constructor(readonly failure: UpstreamFailure) {
    super(failure.code);
    this.name = 'UpstreamError';
  }
}

function failureCode(code: string): UpstreamFailure['code'] {
  if (CONNECT_CODES.has(code)) return 'connect_failed';
  if (CLOSED_CODES.has(code)) return 'upstream_closed';
  const isTls = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(code);
  return isTls ? 'tls_failed' : 'upstream_protocol_error';
}

/** `AggregateError` (all addresses failed) carries the code of the first. */
export function failureOf(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamError) return error.failure;
  const cause = errorCode(error);
  return { code: failureCode(cause), cause };
}

/** Ends a socket that is not connected (TLS included) in time. */
export function limitConnectTime(socket: Socket, isSecure: boolean, timeoutMs: number): void {
  if (!socket.connecting) return;
  const timer = setTimeout(() => {
    socket.destroy(new UpstreamError({ code: 'connect_timeout' }));
  }, timeoutMs);
  const stop = (): void => clearTimeout(timer);
  socket.once(isSecure ? 'secureConnect' : 'connect', stop);
  socket.once('close', stop);
}

/** Connects to one of the vetted addresses and to nothing else; without a list (our own proxy) to where the system says. */
export function dialTcp(
  host: string,
  port: number,
  addresses: readonly string[] | undefined,
  limits: Pick<EgressLimits, 'connectTimeoutMs'>,
): Promise<Socket> {
  const socket = connect({
    host,
    port,
    ...(addresses === undefined ? {} : { lookup: vettedLookup(addresses) }),
    autoSelectFamily: true,
    allowHalfOpen: true,
    noDelay: true,
  });
  limitConnectTime(socket, false, limits.connectTimeoutMs);
  return new Promise((resolve, reject) => {
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
