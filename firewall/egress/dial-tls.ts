import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import { limitConnectTime, vettedLookup } from './dial';
import type { Dialer } from './dialer';
import type { OutboundRequest } from './exchange';
import { isAddress } from './host';
import type { EgressLimits } from './limits';

export interface TlsDialerOptions {
  /** Trusted roots. */
  readonly secureContext: SecureContext;
  readonly limits: EgressLimits;
  readonly dialer: Dialer;
}

/** Origins whose TLS session is kept, so that a further connection needs no full handshake. */
const MAX_SESSIONS = 256;

/** Opens a TLS connection to the origin of a request; the protocols are offered by ALPN in this order. */
export type DialTls = (
  request: Pick<OutboundRequest, 'host' | 'port' | 'addresses'>,
  protocols: readonly string[],
) => Promise<TLSSocket>;

/** Sessions by origin, the oldest out first. */
function createSessionMemory() {
  const sessions = new Map<string, Buffer>();
  return {
    get: (origin: string): Buffer | undefined => sessions.get(origin),
    set(origin: string, session: Buffer): void {
      sessions.delete(origin);
      sessions.set(origin, session);
      const [oldest] = sessions.keys();
      if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
    },
  };
}

export function createTlsDialer({ secureContext, limits, dialer }: TlsDialerOptions): DialTls {
  const sessions = createSessionMemory();
  return async ({ host, port, addresses }, protocols) => {
    const origin = `${host}:${port}`;
    const session = sessions.get(origin);
    const road =
      dialer.proxyFor(host) === undefined
        ? { lookup: vettedLookup(addresses), autoSelectFamily: true }
        : { socket: await dialer.dial({ host, port, addresses }) };
    const target = {
      host,
      port,
      ...road,
      ...(session === undefined ? {} : { session }),
      secureContext,
      servername: isAddress(host) ? '' : host,
      ALPNProtocols: [...protocols],
    };
    const socket = connect(target);
    limitConnectTime(socket, true, limits.connectTimeoutMs);
    socket.on('session', (latest) => sessions.set(origin, latest));
    return new Promise((resolve, reject) => {
      socket.once('secureConnect', () => {
        socket.off('error', reject);
        resolve(socket);
      });
      socket.once('error', reject);
    });
  };
}
