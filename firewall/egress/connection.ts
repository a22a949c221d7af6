import type { ClientProcess, EgressSession } from './decisions';
import type { Authority } from './host';

/** One connection out of the jail: all that is known about where it is meant to go, before any request. */
export interface Connection {
  readonly session: EgressSession;
  readonly process?: ClientProcess | undefined;
  /**
   * `transparent`: the client believes to talk to the origin, `host` is its synthetic address's name or else the
   * address itself. `proxy`: the client knows it talks to a proxy and names the host in each request.
   */
  readonly mode: 'transparent' | 'proxy';
  /** Where the connection goes. In mode `proxy` the proxy itself, until a CONNECT names something. */
  readonly host: string;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** The TLS server name, when the client sent one. */
  readonly serverName?: string;
}

/** The connection behind a CONNECT: as if the client had connected there itself. */
export function tunnelledConnection(outer: Connection, target: Required<Authority>): Connection {
  return { ...outer, ...target, mode: 'transparent', scheme: 'http' };
}
