import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Ending } from '../../audit';
import type { Decision } from '../../policy';
import { recordedDecision, type AddressGuard } from './address-guard';
import type { AuditTrail, OpenThing } from './audit-trail';
import type { Connection } from './connection';
import { failureOf } from './dial';
import type { Dialer } from './dialer';
import type { UpstreamFailure } from './exchange';

/** How a tunnel ended. */
export interface TunnelOutcome {
  readonly ending: Ending;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly failure?: UpstreamFailure;
}

/**
 * Joins two streams until both directions ended: back-pressure and half-close pass through, an abrupt end of one is an
 * abrupt end of the other.
 */
export function join(client: Duplex, origin: Duplex): Promise<TunnelOutcome> {
  return new Promise((resolve) => {
    let bytesIn = 0;
    let bytesOut = 0;
    const settle = (ending: Ending, error?: unknown): void => {
      const failure = error === undefined ? {} : { failure: failureOf(error) };
      resolve({ ending, bytesIn, bytesOut, ...failure });
    };
    client.on('data', (chunk: Buffer) => (bytesOut += chunk.length));
    origin.on('data', (chunk: Buffer) => (bytesIn += chunk.length));
    client.pipe(origin);
    origin.pipe(client);
    client.on('error', () => settle('client_gone'));
    origin.on('error', (error) => settle('upstream_cut', error));
    client.once('close', () => {
      settle(client.readableEnded || origin.readableEnded ? 'completed' : 'client_gone');
      origin.destroy();
    });
    origin.once('close', () => {
      settle(origin.readableEnded ? 'completed' : 'upstream_cut');
      // What the origin sent last may still be on its way to the client.
      if (origin.readableEnded) client.end();
      else client.destroy();
    });
  });
}

export interface TunnelParts {
  readonly guard: AddressGuard;
  readonly trail: AuditTrail;
  readonly dialer: Dialer;
}

/** What is decided and recorded of one tunnel. */
export interface TunnelRequest {
  readonly connection: Connection;
  readonly decision: Decision;
  readonly protocol: 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
}

async function carry(socket: Socket, thing: OpenThing, dialled: Promise<Socket>): Promise<void> {
  try {
    const outcome = await join(socket, await dialled);
    await thing.close(outcome.ending, {
      bytesIn: outcome.bytesIn,
      bytesOut: outcome.bytesOut,
      ...(outcome.failure === undefined ? {} : { failure: outcome.failure.code }),
    });
  } catch (error) {
    socket.destroy();
    const { code, cause } = failureOf(error);
    await thing.close('upstream_error', { bytesIn: 0, bytesOut: 0, failure: code, cause });
  }
}

/** Carries one connection unread, if the decision allows it; else records and closes it. Never rejects. */
export async function tunnel(
  { guard, trail, dialer }: TunnelParts,
  socket: Socket,
  request: TunnelRequest,
): Promise<void> {
  const { connection, host, port, protocol } = request;
  const { session, process } = connection;
  const data = {
    protocol,
    host,
    port,
    isInspected: false,
    ...(connection.serverName === undefined ? {} : { serverName: connection.serverName }),
  };
  const refuse = async (decision: Decision): Promise<void> => {
    socket.destroy();
    await trail.event({ kind: 'egress', session, process, decision, data });
  };

  if (request.decision.effect === 'deny') return refuse(request.decision);
  const vetting = await guard(host);
  if (vetting.kind === 'denied') return refuse(vetting.decision);
  const thing = await trail.open({
    kind: 'egress',
    session,
    process,
    decision: recordedDecision(request.decision, vetting),
    data,
  });
  if (thing === 'blocked') {
    socket.destroy();
    return;
  }
  if (vetting.kind === 'unresolved') {
    socket.destroy();
    return thing.close('upstream_error', { failure: 'name_not_resolved', cause: vetting.cause });
  }
  return carry(socket, thing, dialer.dial({ host, port, addresses: vetting.addresses }));
}
