import { isIP, isIPv6 } from 'node:net';

const DEFAULT_PORT = { http: 80, https: 443 } as const;
const MAX_HOST = 253;
const LABEL = '[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?';
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
/** What `inet_aton` and browsers read as an address though it does not look like one: 127.1, 0x7f000001. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;
const AUTHORITY = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5}))?$/;

export type Scheme = keyof typeof DEFAULT_PORT;

/** A host as compared and decided on: lower case, no dot at the end, IPv6 without brackets and in one spelling. */
export interface Authority {
  readonly host: string;
  /** Absent when the text names none. */
  readonly port?: number;
}

/** Is this an address and no name? Names, the usual case, are told without Node's long expressions. */
export function isAddress(host: string): boolean {
  return host.includes(':') || (/\d$/.test(host) && isIP(host) !== 0);
}

/** One spelling per address; an IPv4 address in IPv6 clothes is the IPv4 address. */
export function canonicalAddress(address: string): string {
  const [withoutZone = ''] = address.split('%');
  if (!withoutZone.includes(':') || !isIPv6(withoutZone)) return withoutZone;
  const spelled = new URL(`http://[${withoutZone}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(spelled);
  if (mapped === null) return spelled;
  const [high, low] = [mapped[1] ?? '', mapped[2] ?? ''].map((group) => Number.parseInt(group, 16));
  return [high, low].flatMap((group = 0) => [group >> 8, group & 0xff]).join('.');
}

function parseHost(text: string): string | undefined {
  if (text.startsWith('[')) {
    const inner = text.slice(1, -1);
    return isIPv6(inner) && !inner.includes('%') ? canonicalAddress(inner) : undefined;
  }
  const host = text.toLowerCase().replace(/\.$/, '');
  if (isAddress(host)) return host;
  const isName = host.length <= MAX_HOST && NAME.test(host) && !ENDS_IN_NUMBER.test(host);
  return isName ? host : undefined;
}

/** Parses `host[:port]` of a Host header, `:authority` or CONNECT target. Strict: undefined when in doubt. */
export function parseAuthority(text: string): Authority | undefined {
  const match = AUTHORITY.exec(text);
  const host = match === null ? undefined : parseHost(match[1] ?? '');
  if (match === null || host === undefined) return undefined;
  if (match[2] === undefined) return { host };
  const port = Number(match[2]);
  return port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** `host:port` as a URL writes it: brackets around IPv6, no default port. */
export function urlAuthority(scheme: Scheme, host: string, port: number): string {
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return port === DEFAULT_PORT[scheme] ? bracketed : `${bracketed}:${port}`;
}

/** The port of a URL that names none. */
export function defaultPort(scheme: Scheme): number {
  return DEFAULT_PORT[scheme];
}
