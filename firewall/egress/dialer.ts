import { isIP, type Socket } from 'node:net';
import { dialTcp, UpstreamError } from './dial';
import type { UpstreamFailure } from './exchange';
import type { EgressLimits } from './limits';

/** The company's own forward proxy, for networks without a direct way out. */
export interface UpstreamProxy {
  /** `http://[user:password@]host:port`. */
  readonly url: string;
  /** Hosts reached directly: exact names, or `.example.com` for all below. */
  readonly bypass?: readonly string[];
}

/** How the proxy is spoken to. */
export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
  /** Value of Proxy-Authorization. A secret. */
  readonly authorization?: string;
}

export interface DialTarget {
  readonly host: string;
  readonly port: number;
  /** Vetted addresses; empty where the proxy resolves the name. */
  readonly addresses: readonly string[];
}

/** Opens connections to origins, directly or through the company's proxy. */
export interface Dialer {
  /** The proxy a host is reached by, if any. The proxy then resolves the name, so we cannot vet its address. */
  proxyFor(host: string): ProxyAddress | undefined;
  /** Connects. Rejects with an `UpstreamError` or the system's error. */
  dial(target: DialTarget): Promise<Socket>;
}

const MAX_REPLY_BYTES = 16 * 1024;
const DEFAULT_PROXY_PORT = 80;

function parseProxy(url: string): ProxyAddress {
  const { hostname, port, username, password } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secret = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    host,
    port: port === '' ? DEFAULT_PROXY_PORT : Number(port),
    ...(username === ''
      ? {}
      : { authorization: `Basic ${Buffer.from(secret).toString('base64')}` }),
  };
}

function isBypassed(host: string, bypass: readonly string[]): boolean {
  return bypass.some((rule) => host === rule || (rule.startsWith('.') && host.endsWith(rule)));
}

function refusal(cause: string): UpstreamError {
  const failure: UpstreamFailure = { code: 'proxy_refused', cause };
  return new UpstreamError(failure);
}

/** Reads the proxy's answer to our CONNECT; what follows it is put back. */
function readReply(socket: Socket): Promise<void> {
  let seen: Buffer = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const finish = (error?: Error): void => {
      socket.off('readable', read);
      socket.off('error', finish);
      socket.off('close', closed);
      if (error === undefined) resolve();
      else {
        socket.destroy();
        reject(error);
      }
    };
    const closed = (): void => finish(refusal('closed'));
    const read = (): void => {
      seen = Buffer.concat([seen, (socket.read() as Buffer | null) ?? Buffer.alloc(0)]);
      const end = seen.indexOf('\r\n\r\n');
      if (end === -1) {
        if (seen.length > MAX_REPLY_BYTES) finish(refusal('reply too long'));
        return;
      }
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(seen.toString('latin1'))?.[1] ?? 'no HTTP';
      const rest = seen.subarray(end + 4);
      if (rest.length > 0) socket.unshift(rest);
      finish(status.startsWith('2') ? undefined : refusal(status));
    };
    socket.on('readable', read);
    socket.once('error', finish);
    socket.once('close', closed);
  });
}

async function dialThrough(
  proxy: ProxyAddress,
  { host, port }: DialTarget,
  limits: EgressLimits,
): Promise<Socket> {
  const socket = await dialTcp(proxy.host, proxy.port, undefined, limits);
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const credentials =
    proxy.authorization === undefined ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`);
  const timer = setTimeout(
    () => socket.destroy(new UpstreamError({ code: 'connect_timeout' })),
    limits.connectTimeoutMs,
  );
  await readReply(socket).finally(() => clearTimeout(timer));
  return socket;
}

/** Throws `TypeError` for a proxy URL that is none. */
export function createDialer(limits: EgressLimits, upstreamProxy?: UpstreamProxy): Dialer {
  const proxy = upstreamProxy === undefined ? undefined : parseProxy(upstreamProxy.url);
  const bypass = upstreamProxy?.bypass ?? [];
  const proxyFor = (host: string): ProxyAddress | undefined =>
    isBypassed(host, bypass) ? undefined : proxy;
  return {
    proxyFor,
    dial(target) {
      const through = proxyFor(target.host);
      return through === undefined
        ? dialTcp(target.host, target.port, target.addresses, limits)
        : dialThrough(through, target, limits);
    },
  };
}
