import type { Socket } from 'node:net';
import { createSecureContext, rootCertificates } from 'node:tls';
import type { SyntheticNames } from '../dns/synthetic-names';
import type { CertificateAuthority } from '../tls/certificate-authority';
import { createAddressGuard, type Resolve } from './address-guard';
import type { AuditTrail } from './audit-trail';
import type { Connection } from './connection';
import type { EgressDecisions, EgressSession } from './decisions';
import { createDialer, type UpstreamProxy } from './dialer';
import { type FirstBytes, peekFirstBytes } from './first-bytes';
import { canonicalAddress } from './host';
import { createHttpFrontend } from './http-frontend';
import { DEFAULT_LIMITS, type EgressLimits } from './limits';
import { terminateTls } from './terminate-tls';
import { tunnel, type TunnelRequest } from './tunnel';
import { createUpstream } from './upstream';

/** Where the client of an accepted connection meant to connect. */
export interface OriginalDestination {
  readonly address: string;
  readonly port: number;
}

export interface EgressOptions {
  readonly decisions: EgressDecisions;
  readonly names: SyntheticNames;
  readonly trail: AuditTrail;
  readonly authority: CertificateAuthority;
  /** Finds addresses outside the jail. @default the system's resolver */
  readonly resolve?: Resolve;
  /** Roots trusted for origins besides Node's own: the system's and the company's, PEM. */
  readonly upstreamCa?: string;
  /** The company's proxy; names behind it are resolved there, so their addresses are not vetted here. */
  readonly upstreamProxy?: UpstreamProxy;
  /** Loopback port inside the jail that proxy variables name. @default - no explicit proxy */
  readonly proxyPort?: number;
  /** @default - the accepted socket's own address, which AnyIP makes the original one */
  readonly originalDestination?: (socket: Socket) => OriginalDestination;
  /** True for URLs of the gateway: they get our correlation headers. */
  readonly isGateway?: (url: string) => boolean;
  readonly limits?: Partial<EgressLimits>;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Told of a fault of ours; the request it met was cut. */
  readonly onFault?: (error: unknown) => void;
}

/** The way out of all jails of one daemon. */
export interface Egress {
  /** Takes over a connection a jail made to anywhere. */
  accept(socket: Socket, session: EgressSession): void;
  /** Ends every connection; resolves when their records are written. */
  close(): Promise<void>;
}

const LOOPBACK = /^(127\.|::1$)/;

function localAddress(socket: Socket): OriginalDestination {
  return { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
}

function trustedRoots(upstreamCa: string | undefined): string[] {
  return upstreamCa === undefined ? [...rootCertificates] : [...rootCertificates, upstreamCa];
}

/** Counts the open connections of each session. */
function createConnectionCount(): { enter(session: object, socket: Socket): number } {
  const counts = new WeakMap<object, number>();
  const add = (session: object, change: number): number => {
    const count = (counts.get(session) ?? 0) + change;
    counts.set(session, count);
    return count;
  };
  return {
    enter(session, socket) {
      socket.once('close', () => add(session, -1));
      return add(session, 1);
    },
  };
}

/** The TLS connection as the requests inside see it. */
function interceptedConnection(
  connection: Connection,
  { hello }: Extract<FirstBytes, { kind: 'tls' }>,
): Connection {
  const { serverName } = hello;
  return { ...connection, scheme: 'https', ...(serverName === undefined ? {} : { serverName }) };
}

/**
 * Creates the proxy every connection of a jail ends in: it finds out what the connection speaks and where it goes,
 * lets the policy decide, records, and forwards.
 */
export function createEgress(options: EgressOptions): Egress {
  const { decisions, names, trail, authority } = options;
  const { originalDestination = localAddress, clock = Date.now } = options;
  const { onFault = () => undefined } = options;
  const limits: EgressLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const dialer = createDialer(limits, options.upstreamProxy);
  const guard = createAddressGuard(
    decisions,
    options.resolve,
    clock,
    (host) => dialer.proxyFor(host) !== undefined,
  );
  const secureContext = createSecureContext({ ca: trustedRoots(options.upstreamCa) });
  const upstream = createUpstream({ secureContext, limits, clock, dialer });
  const sockets = new Set<Socket>();
  const pending = new Set<Promise<void>>();
  const connections = createConnectionCount();

  /** Keeps `close` waiting until the work, its records included, is done. */
  const track = (work: Promise<void>): void => {
    const settled = work.catch(onFault).finally(() => pending.delete(settled));
    pending.add(settled);
  };

  const carryTunnel = (socket: Socket, request: TunnelRequest): void =>
    track(tunnel({ guard, trail, dialer }, socket, request));

  const denyUnknown = (socket: Socket, connection: Connection): void => {
    const { host, port } = connection;
    const decision =
      decisions.decideOpaque?.({ host, port }) ?? decisions.decideTcp({ host, port });
    carryTunnel(socket, { connection, decision, protocol: 'tcp', host, port });
  };

  const acceptTls = (
    socket: Socket,
    outer: Connection,
    first: Extract<FirstBytes, { kind: 'tls' }>,
  ): void => {
    const connection = interceptedConnection(outer, first);
    const { host, port, serverName = host } = connection;
    if (serverName === host && decisions.isPassthrough?.({ host, port }) === true) {
      const decision = decisions.decideHost({ host, port });
      carryTunnel(socket, { connection, decision, protocol: 'tls', host, port });
      return;
    }
    terminateTls(socket, authority.contextFor(serverName), limits, (secure) => {
      if (secure.alpnProtocol === 'h2') frontend.serveHttp2(secure, connection);
      else frontend.serve(secure, connection);
    });
  };

  const route = (socket: Socket, connection: Connection): void => {
    const { host, port } = connection;
    const decision = decisions.decideTcp({ host, port });
    if (connection.mode === 'transparent' && decision.effect === 'allow') {
      carryTunnel(socket, { connection, decision, protocol: 'tcp', host, port });
      return;
    }
    peekFirstBytes(socket, limits.firstBytesTimeoutMs, (first) => {
      if (socket.destroyed) return;
      if (first.kind === 'tls') acceptTls(socket, connection, first);
      else if (first.kind === 'http1') frontend.serve(socket, connection);
      else if (first.kind === 'http2') frontend.serveHttp2(socket, connection);
      else denyUnknown(socket, connection);
    });
  };

  const frontend = createHttpFrontend({
    admission: { decisions, guard, trail },
    upstream,
    limits,
    route,
    track,
    ...(options.isGateway === undefined ? {} : { isGateway: options.isGateway }),
  });

  const describe = (socket: Socket, session: EgressSession): Connection => {
    const { address, port } = originalDestination(socket);
    const canonical = canonicalAddress(address);
    const isProxy = port === options.proxyPort && LOOPBACK.test(canonical);
    return {
      session,
      process: session.processOf?.(socket),
      mode: isProxy ? 'proxy' : 'transparent',
      host: names.of(session).nameOf(canonical) ?? canonical,
      port,
      scheme: 'http',
    };
  };

  return {
    accept(socket, session) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      if (connections.enter(session, socket) > limits.maxConnectionsPerSession) {
        socket.destroy();
        return;
      }
      socket.setNoDelay(true);
      route(socket, describe(socket, session));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      upstream.close();
      await Promise.all(pending);
    },
  };
}
