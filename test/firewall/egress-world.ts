/** A jail without a jail: loopback doors that stand for addresses inside, an egress behind them, origins outside. */
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { randomUUID } from 'node:crypto';
import type { NewRecord, Recorder } from '../../audit';
import type { Decision } from '../../policy';
import { createSyntheticNames } from '../../firewall/dns/synthetic-names';
import { createAuditTrail } from '../../firewall/egress/audit-trail';
import type { EgressDecisions, EgressSession } from '../../firewall/egress/decisions';
import { createEgress, type EgressOptions } from '../../firewall/egress/egress';
import { createCertificateAuthority } from '../../firewall/tls/certificate-authority';

export const JAIL_AUTHORITY = createCertificateAuthority();
/** Stands for the public certificate authorities that vouch for origins. */
export const ORIGIN_AUTHORITY = createCertificateAuthority();

const ALLOW: Decision = { effect: 'allow', reason: 'rule_matched', layer: 'test', rule: 'r1' };

export function deny(remedy: string): Decision {
  return { effect: 'deny', reason: 'no_rule_matched', remedy };
}

export interface WorldPolicy {
  readonly hosts?: readonly string[];
  /** `METHOD path-prefix` pairs denied on allowed hosts. */
  readonly deniedPaths?: readonly string[];
  readonly tcp?: readonly string[];
  readonly passthrough?: readonly string[];
  readonly deniedAddresses?: readonly string[];
}

/** A policy small enough to be obviously right; policy/ has its own tests. */
export function decisionsOf(policy: WorldPolicy): EgressDecisions {
  const isHost = (host: string) => policy.hosts?.includes(host) === true;
  const isTcp = (host: string, port?: number) => policy.tcp?.includes(`${host}:${port}`) === true;
  return {
    decideNetwork({ method, url }) {
      const { hostname, pathname } = new URL(url);
      const host = hostname.replace(/^\[|\]$/g, '');
      const isDenied = policy.deniedPaths?.some((path) => `${method} ${pathname}`.startsWith(path));
      return isHost(host) && isDenied !== true ? ALLOW : deny(`Add "domain=${host}".`);
    },
    decideTcp: ({ host, port }) => (isTcp(host, port) ? ALLOW : deny(`Add tcp "${host}:${port}".`)),
    decideHost: ({ host }) =>
      isHost(host) || policy.tcp?.some((rule) => rule.startsWith(`${host}:`)) === true
        ? ALLOW
        : deny(`Add "domain=${host}".`),
    decideAddress: ({ address }) =>
      policy.deniedAddresses?.includes(address) === true
        ? { effect: 'deny', reason: 'private_address', remedy: `Name ${address}.` }
        : ALLOW,
    isPassthrough: ({ host }) => policy.passthrough?.includes(host) === true,
  };
}

/** Keeps records; can be told to fail, and waited on. */
export class MemoryRecorder implements Recorder {
  readonly records: NewRecord[] = [];
  isBroken = false;
  #held: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  /** Records are noted and not durable until the returned function is called. */
  hold(): () => void {
    let release = (): void => undefined;
    this.#held = new Promise((resolve) => (release = resolve));
    return release;
  }

  async record(record: NewRecord): ReturnType<Recorder['record']> {
    if (this.isBroken) throw new Error('disk full');
    this.records.push(record);
    for (const wake of this.#waiting.splice(0)) wake();
    await this.#held;
    return {
      ...record,
      version: 1,
      time: '',
      chain: { uid: '', seq: 0, prev: '', hash: '' },
    };
  }

  /** The first record that fits, now or later. */
  async find(fits: (record: NewRecord) => boolean): Promise<NewRecord> {
    for (;;) {
      const found = this.records.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The first record with these facts. */
  withData(phase: NewRecord['phase'], data: Record<string, unknown> = {}): Promise<NewRecord> {
    return this.find(
      (record) =>
        record.phase === phase &&
        Object.entries(data).every(([name, value]) => record.data[name] === value),
    );
  }
}

export function newSession(id: string = randomUUID()): EgressSession {
  let sequence = 0;
  return { id, nextSequence: () => sequence++ };
}

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export type World = Awaited<ReturnType<typeof startWorld>>;

export async function startWorld(
  policy: WorldPolicy,
  options: Partial<EgressOptions> = {},
  onAuditFailure: () => 'block' | 'allow' = () => 'block',
) {
  const recorder = new MemoryRecorder();
  const names = createSyntheticNames();
  const session = newSession();
  const destinations = new Map<number, { address: string; port: number }>();
  const trail = createAuditTrail({
    recorder,
    newId: randomUUID,
    policyVersion: () => 'v1',
    onAuditFailure,
  });
  const egress = createEgress({
    decisions: decisionsOf(policy),
    names,
    trail,
    authority: JAIL_AUTHORITY,
    resolve: () => Promise.resolve(['127.0.0.1']),
    upstreamCa: ORIGIN_AUTHORITY.certificatePem,
    originalDestination: (socket) =>
      destinations.get(socket.localPort ?? 0) ?? { address: '', port: 0 },
    ...options,
  });
  const doors: Server[] = [];

  /** A loopback port that behaves as `address:port` inside the jail. */
  const doorTo = async (address: string, port: number): Promise<number> => {
    const door = createTcpServer({ allowHalfOpen: true }, (socket) =>
      egress.accept(socket, session),
    );
    doors.push(door);
    const local = await listen(door);
    destinations.set(local, { address, port });
    return local;
  };

  return {
    recorder,
    names,
    session,
    egress,
    trail,
    doorTo,
    /** A loopback port that behaves as the name's synthetic address. */
    door: (host: string, port: number) => doorTo(names.of(session).addressOf(host), port),
    async [Symbol.asyncDispose]() {
      for (const door of doors) door.close();
      await egress.close();
    },
  };
}
