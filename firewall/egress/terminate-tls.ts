import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { EgressLimits } from './limits';

/**
 * Ends TLS on a connection with our certificate. `done` gets the plain side once the handshake is through;
 * `alpnProtocol` tells what the client chose.
 */
export function terminateTls(
  socket: Socket,
  secureContext: SecureContext,
  limits: Pick<EgressLimits, 'firstBytesTimeoutMs'>,
  done: (secure: TLSSocket) => void,
): void {
  const secure = new TLSSocket(socket, {
    isServer: true,
    secureContext,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  const timer = setTimeout(() => secure.destroy(), limits.firstBytesTimeoutMs);
  secure.once('close', () => clearTimeout(timer));
  secure.on('error', () => secure.destroy());
  // Node reports errors of a TLSSocket made without a tls.Server here only, also those after the handshake;
  // `egress-protocols.test.ts` pins that such a connection is closed.
  secure.on('_tlsError', () => secure.destroy());
  secure.once('secure', () => {
    clearTimeout(timer);
    // tls.Server would set this; while it is true an HTTP/2 session waits for ever (Node 20 to 24).
    Object.assign(secure, { secureConnecting: false });
    done(secure);
  });
}
