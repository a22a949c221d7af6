import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Recorder } from '../../audit';
import {
  createAuditTrail,
  createCertificateAuthority,
  createDnsResponder,
  createEgress,
  createSyntheticNames,
  type DnsResponder,
  type EgressDecisions,
  type EgressSession,
} from '../../firewall';
import type { Decision } from '../../policy';
import { ALLOWED_HOST, DENIED_PATH } from './firewall-input';

const ALLOW: Decision = { effect: 'allow', reason: 'rule_matched' };
const DENY: Decision = { effect: 'deny', reason: 'no_rule_matched', remedy: 'Add a rule.' };
/** A connection that is not over by then hangs. */
const HANG_MS = 10_000;
/** How long a client waits for an answer before it ends its side. */
const PATIENCE_MS = 20;
const PROXY_PORT = 3128;

const DISCARD: Recorder = {
  record: (record) =>
    Promise.resolve({
      ...record,
      version: 1,
      time: '',
      chain: { uid: '', seq: 0, prev: '', hash: '' },
    }),
};

/** An egress behind unix sockets, an origin that remembers, and a policy that remembers what it allowed. */
export class FuzzWorld {
  readonly session: EgressSession = { id: randomUUID(), nextSequence: () => 0 };
  readonly dns: DnsResponder;
  /** What reached the origin without having been allowed. */
  readonly leaks: string[] = [];
  /** Requests that reached the origin. */
  reached = 0;
  readonly #allowed = new Set<string>();
  readonly #servers: (Server | HttpServer)[] = [];
  readonly #viaProxy = new WeakSet<Socket>();
  readonly #egress;
  readonly #names = createSyntheticNames();
  originPort = 0;

  constructor(private readonly folder: string) {
    const trail = createAuditTrail({ recorder: DISCARD, newId: randomUUID });
    const decisions = this.#decisions();
    this.dns = createDnsResponder({ decisions, names: this.#names, trail });
    this.#egress = createEgress({
      decisions,
      names: this.#names,
      trail,
      authority: createCertificateAuthority(),
      resolve: () => Promise.resolve(['127.0.0.1']),
      proxyPort: PROXY_PORT,
      originalDestination: (socket) => this.#destination(this.#viaProxy.has(socket)),
    });
  }

  #destination(isProxy: boolean) {
    return isProxy
      ? { address: '127.0.0.1', port: PROXY_PORT }
      : { address: this.#names.of(this.session).addressOf(ALLOWED_HOST), port: this.originPort };
  }

  #decisions(): EgressDecisions {
    const isHost = (host: string): Decision => (host === ALLOWED_HOST ? ALLOW : DENY);
    return {
      decideNetwork: ({ method, url }) => {
        const { hostname, pathname } = new URL(url);
        if (hostname !== ALLOWED_HOST || pathname.startsWith(DENIED_PATH)) return DENY;
        this.#allowed.add(`${method} ${url}`);
        return ALLOW;
      },
      decideTcp: () => DENY,
      decideHost: ({ host }) => isHost(host),
      decideAddress: () => ALLOW,
    };
  }

  async start(): Promise<void> {
    const origin = createHttpServer((request, response) => {
      this.reached += 1;
      const said = `${request.method} http://${ALLOWED_HOST}:${this.originPort}${request.url}`;
      if (!this.#allowed.has(said)) this.leaks.push(said);
      response.end('x');
    });
    origin.listen(0, '127.0.0.1');
    await once(origin, 'listening');
    this.originPort = (origin.address() as AddressInfo).port;
    this.#servers.push(origin);
    for (const name of ['transparent', 'proxy']) {
      const server = createServer((socket) => {
        if (name === 'proxy') this.#viaProxy.add(socket);
        this.#egress.accept(socket, this.session);
      });
      server.listen(join(this.folder, name));
      await once(server, 'listening');
      this.#servers.push(server);
    }
  }

  /** Says `bytes` on a new connection; resolves when it is over. Rejects when it hangs. */
  say(door: 'transparent' | 'proxy', bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(join(this.folder, door));
      const patience = setTimeout(() => socket.end(), PATIENCE_MS);
      const hang = setTimeout(() => reject(new Error('the connection hangs')), HANG_MS);
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end());
      socket.resume();
      socket.once('close', () => {
        clearTimeout(patience);
        clearTimeout(hang);
        resolve();
      });
      socket.write(bytes);
    });
  }

  async stop(): Promise<void> {
    await this.#egress.close();
    for (const server of this.#servers) server.close();
  }
}
