import { randomUUID } from 'node:crypto';
import {
  Agent as HttpAgent,
  createServer,
  type IncomingMessage,
  request,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { createSecureServer } from 'node:http2';
import {
  Agent as HttpsAgent,
  createServer as createTlsServer,
  request as requestTls,
} from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { openSpool, type Recorder } from '../audit';
import {
  type CertificateAuthority,
  createAuditTrail,
  createCertificateAuthority,
  createEgress,
  createSyntheticNames,
  type EgressDecisions,
} from '../firewall';
import type { Decision } from '../policy';
import {
  type EgressRole,
  type EgressWorkerReady,
  LARGE_ANSWER_BYTES,
  ORIGIN_HOST,
  SMALL_ANSWER_BYTES,
} from './egress-roles';

const SMALL_ANSWER = Buffer.alloc(SMALL_ANSWER_BYTES, 'x');
const PIECE = Buffer.alloc(256 * 1024, 'x');

function sendBytes(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { 'content-length': bytes });
  let left = bytes;
  const more = (): void => {
    while (left > 0) {
      left -= PIECE.length;
      if (!response.write(PIECE)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}

/** One event; the stream stays open until the client leaves. */
function sendEvent(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`data: ${process.hrtime.bigint()}\n\n`);
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const bytes = /^\/bytes\/(\d+)$/.exec(request.url ?? '')?.[1];
  if (request.url === '/large') sendBytes(response, LARGE_ANSWER_BYTES);
  else if (bytes !== undefined) sendBytes(response, Number(bytes));
  else if (request.url === '/event') sendEvent(response);
  else if (request.method === 'POST') {
    request.resume();
    request.on('end', () => response.end(SMALL_ANSWER));
  } else {
    response.writeHead(200, { 'content-length': SMALL_ANSWER.length });
    response.end(SMALL_ANSWER);
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function tlsOptions(authority: CertificateAuthority): TlsOptions {
  return { SNICallback: (host, done) => done(null, authority.contextFor(host)) };
}

async function startOrigin(hasHttp2: boolean): Promise<EgressWorkerReady> {
  const authority = createCertificateAuthority();
  const tls = tlsOptions(authority);
  const http = createServer(answer);
  const https = hasHttp2
    ? createSecureServer({ ...tls, allowHTTP1: true }, (request, response) => {
        answer(request as unknown as IncomingMessage, response as unknown as ServerResponse);
      })
    : createTlsServer(tls, answer);
  http.keepAliveTimeout = 60_000;
  return { http: await listen(http), https: await listen(https), ca: authority.certificatePem };
}

const ALLOW: Decision = { effect: 'allow', reason: 'rule_matched', layer: 'bench', rule: 'r' };
const DENY: Decision = { effect: 'deny', reason: 'no_rule_matched', remedy: 'none' };

const DECISIONS: EgressDecisions = {
  decideNetwork: () => ALLOW,
  decideTcp: () => DENY,
  decideHost: () => ALLOW,
  decideAddress: () => ALLOW,
};

/** Counts nothing and keeps nothing: the cost of the proxy without that of the disk. */
const NO_RECORDER: Recorder = {
  record: (record) =>
    Promise.resolve({
      ...record,
      version: 1,
      time: '',
      chain: { uid: '', seq: 0, prev: '', hash: '' },
    }),
};

type ProxyRole = Exclude<EgressRole, { kind: 'origin' }>;

async function startProxy(role: ProxyRole): Promise<EgressWorkerReady> {
  const authority = createCertificateAuthority();
  const names = createSyntheticNames();
  let sequence = 0;
  const session = { id: randomUUID(), nextSequence: () => sequence++ };
  const recorder =
    role.spoolDir === undefined ? NO_RECORDER : await openSpool({ directory: role.spoolDir });
  const destinations = new Map<number, { address: string; port: number }>();
  const egress = createEgress({
    decisions: DECISIONS,
    names,
    authority,
    trail: createAuditTrail({
      recorder,
      newId: randomUUID,
      onAuditFailure: () => role.onAuditFailure ?? 'block',
    }),
    resolve: () => Promise.resolve(['127.0.0.1']),
    upstreamCa: role.originCa,
    originalDestination: (socket) =>
      destinations.get(socket.localPort ?? 0) ?? { address: '', port: 0 },
  });
  const door = async (port: number): Promise<number> => {
    const local = await listen(createTcpServer((socket) => egress.accept(socket, session)));
    destinations.set(local, { address: names.of(session).addressOf(ORIGIN_HOST), port });
    return local;
  };
  return {
    http: await door(role.origin.http),
    https: await door(role.origin.https),
    ca: authority.certificatePem,
  };
}

/** The least a proxy on Node costs: headers and bodies handed on as they come. */
async function startFloor({ origin, originCa }: ProxyRole): Promise<EgressWorkerReady> {
  const authority = createCertificateAuthority();
  const pass =
    (send: typeof request, options: RequestOptions) =>
    (incoming: IncomingMessage, outgoing: ServerResponse): void => {
      const { method, url: path, rawHeaders: headers } = incoming;
      const onward = send({ ...options, method, path, headers }, (answered) => {
        outgoing.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
        answered.pipe(outgoing);
      });
      incoming.pipe(onward);
    };
  const host = '127.0.0.1';
  const keepAlive = { keepAlive: true };
  const toPlain = { host, port: origin.http, agent: new HttpAgent(keepAlive) };
  const agent = new HttpsAgent({ ...keepAlive, ca: originCa });
  const toTls = { host, port: origin.https, servername: ORIGIN_HOST, agent };
  const http = createServer(pass(request, toPlain));
  const https = createTlsServer(tlsOptions(authority), pass(requestTls, toTls));
  return { http: await listen(http), https: await listen(https), ca: authority.certificatePem };
}

function start(role: EgressRole): Promise<EgressWorkerReady> {
  switch (role.kind) {
    case 'origin':
      return startOrigin(role.hasHttp2);
    case 'floor':
      return startFloor(role);
    case 'firewall':
      return startProxy(role);
  }
}

let peakRssBytes = 0;
setInterval(() => {
  peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
}, 100).unref();

process.on('message', (message: EgressRole | 'report') => {
  if (message === 'report') {
    const { user, system } = process.cpuUsage();
    const rssBytes = process.memoryUsage.rss();
    process.send?.({
      cpuUs: user + system,
      rssBytes,
      peakRssBytes: Math.max(peakRssBytes, rssBytes),
    });
    peakRssBytes = 0;
    return;
  }
  start(message).then(
    (started) => process.send?.(started),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
