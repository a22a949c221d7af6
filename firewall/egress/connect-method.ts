import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Decision } from '../../policy';
import type { AdmissionParts } from './admission';
import { type Connection, tunnelledConnection } from './connection';
import { type Authority, parseAuthority } from './host';
import { inboundHttp1, responseOn } from './inbound-http1';
import { valuesOf } from './headers';
import { denialReply, sendReply } from './reply';

type Denial = Extract<Decision, { effect: 'deny' }>;

function ambiguous(remedy: string): Denial {
  return { effect: 'deny', reason: 'ambiguous_target', remedy };
}

/** The target of a CONNECT, if it names one and everything else agrees with it. */
export function connectTarget(
  connection: Connection,
  target: string,
  hosts: readonly string[],
): Required<Authority> | Denial {
  const authority = parseAuthority(target);
  if (authority?.port === undefined) return ambiguous('CONNECT to "host:port".');
  const { host, port } = authority;
  if (connection.scheme === 'https') return ambiguous('CONNECT to the proxy without TLS.');
  if (connection.mode === 'transparent' && connection.host !== host) {
    return ambiguous(`CONNECT to "${connection.host}": that is where this connection goes.`);
  }
  const isOneHost = hosts.length <= 1 && hosts.every((text) => parseAuthority(text)?.host === host);
  return isOneHost ? { host, port } : ambiguous('Send a Host that equals the CONNECT target.');
}

/**
 * Answers a CONNECT. Allowed is one whose host could be allowed some request; what is said inside is then decided
 * like on any other connection, and recorded there. Resolves with that connection, or nothing when refused.
 */
export async function handleConnect(
  { decisions, trail }: Pick<AdmissionParts, 'decisions' | 'trail'>,
  connection: Connection,
  request: IncomingMessage,
  socket: Socket,
): Promise<Connection | undefined> {
  const { url = '', rawHeaders } = request;
  const refuse = async (decision: Denial): Promise<undefined> => {
    const { session, process } = connection;
    const { host, port } = parseAuthority(url) ?? {};
    const data = { protocol: 'connect', method: 'CONNECT', host, port, isInspected: true };
    await trail.event({ kind: 'egress', session, process, decision, data });
    sendReply(
      inboundHttp1(request, responseOn(request, socket)),
      denialReply('CONNECT', url, decision),
    );
  };

  const target = connectTarget(connection, url, valuesOf(rawHeaders, 'host'));
  if ('effect' in target) return refuse(target);
  const tcp = decisions.decideTcp(target);
  const decision = tcp.effect === 'allow' ? tcp : decisions.decideHost(target);
  return decision.effect === 'deny' ? refuse(decision) : tunnelledConnection(connection, target);
}
