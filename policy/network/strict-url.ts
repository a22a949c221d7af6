import { parseIpv4, parseIpv6, type IpAddress } from './address';
import { decodeBytes } from './boundary-url';

export type StrictUrl =
  | {
      readonly ok: true;
      /** Lower case, without port or brackets. */
      readonly host: string;
      readonly address?: IpAddress;
      readonly port: number;
      /** Every way a server may read the path, normalised; at least one. */
      readonly paths: readonly (readonly string[])[];
    }
  | Refusal;

interface Refusal {
  readonly ok: false;
  readonly reason: 'url_invalid' | 'ambiguous_target';
  readonly problem: string;
}

/** Longer URLs are refused: servers cut or reject them at different lengths. Characters. */
export const MAX_URL_LENGTH = 65_536;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, ws: 80, https: 443, wss: 443 };

function invalid(problem: string): Refusal {
  return { ok: false, reason: 'url_invalid', problem };
}

function ambiguous(problem: string): Refusal {
  return { ok: false, reason: 'ambiguous_target', problem };
}

/** `url` cut into scheme, authority and raw path; query and fragment are never looked at. */
function cutUrl(url: string): { scheme: string; authority: string; path: string } {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url);
  const scheme = (match?.[1] ?? 'https').toLowerCase();
  const rest = url.slice(match?.[0].length ?? 0);
  const end = /[?#]/.exec(rest)?.index ?? rest.length;
  const slash = rest.indexOf('/');
  const authorityEnd = slash < 0 ? end : Math.min(slash, end);
  return { scheme, authority: rest.slice(0, authorityEnd), path: rest.slice(authorityEnd, end) };
}

function readIpv6(inner: string): { host: string; address: IpAddress } | Refusal {
  const address = parseIpv6(inner);
  return address
    ? { host: inner.toLowerCase(), address }
    : invalid('the IPv6 address is malformed');
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/;

function readName(text: string): { host: string; address?: IpAddress } | Refusal {
  const host = text.toLowerCase();
  if (/[\u0080-\uffff%]/.test(host)) return ambiguous('the host is not plain ASCII');
  if (host.endsWith('.')) return ambiguous('the host ends with a dot');
  const labels = host.split('.');
  if (NUMBER.test(labels.at(-1) ?? '')) {
    const address = parseIpv4(host);
    return address
      ? { host, address }
      : ambiguous('the host is a number that is no plain IPv4 address');
  }
  const isName = host.length <= 253 && labels.every((label) => LABEL.test(label));
  return isName ? { host } : invalid('the host is not a host name');
}

function readPort(scheme: string, text: string): number | Refusal {
  if (text === '') return DEFAULT_PORTS[scheme] ?? 443;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : invalid('the port is not a number from 1 to 65535');
}

function readAuthority(
  scheme: string,
  authority: string,
): { host: string; address?: IpAddress; port: number } | Refusal {
  if (authority.includes('@'))
    return ambiguous('the URL has user information in front of the host');
  if (authority.includes('\\')) return ambiguous('there is a backslash in front of the path');
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(authority);
  if (!match) return invalid('the host is malformed');
  const [, bracketed, name = '', port = ''] = match;
  const host = bracketed === undefined ? readName(name) : readIpv6(bracketed);
  if ('ok' in host) return host;
  const number = readPort(scheme, port);
  return typeof number === 'number' ? { ...host, port: number } : number;
}

/** Ways servers are known to bend a path before they use it. */
const BENDS: readonly (readonly [RegExp, string])[] = [
  [/%25/g, '%'],
  [/\\|%5c/gi, '/'],
  [/%2f/gi, '/'],
  [/;[^/]*/g, ''],
  [/\/{2,}/g, '/'],
];

/** All spellings a server may see: each bend applied or not. */
function spellings(path: string): readonly string[] {
  let found = [path];
  for (const [pattern, replacement] of BENDS) {
    const bent = found.flatMap((text) => {
      const other = text.replace(pattern, replacement);
      return other === text ? [] : [other];
    });
    found = [...found, ...bent];
  }
  return found;
}

/** Removes dot segments, also escaped ones (RFC 3986, 5.2.4 and 6.2.2). */
function normalise(path: string): readonly string[] {
  const kept: string[] = [];
  const parts = path.split('/').slice(1).map(decodeBytes);
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1;
    if (part === '..') kept.pop();
    if (part !== '.' && part !== '..') kept.push(part);
    else if (isLast) kept.push('');
  }
  return kept;
}

/** Nothing in it that a server could bend. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9\-_~!$&'()*+,=:@][A-Za-z0-9\-._~!$&'()*+,=:@]*)+\/?$|^\/$/;

function readPaths(path: string): readonly (readonly string[])[] {
  if (PLAIN_PATH.test(path)) return [path.slice(1).split('/')];
  const readings = new Map<string, readonly string[]>();
  for (const spelling of spellings(path)) {
    const segments = normalise(spelling);
    readings.set(JSON.stringify(segments), segments);
  }
  return [...readings.values()];
}

function hasUnsafeText(url: string): boolean {
  for (let at = 0; at < url.length; at++) {
    const code = url.charCodeAt(at);
    if (code <= 0x20 || code === 0x7f) return true;
  }
  return false;
}

/**
 * Reads a URL so that nobody can read it otherwise: host in lower case, dot segments removed, the path in every
 * reading servers are known for. What parsers disagree about in the authority is refused.
 */
export function readStrictUrl(url: string): StrictUrl {
  if (url.length > MAX_URL_LENGTH)
    return invalid(`the URL is longer than ${MAX_URL_LENGTH} characters`);
  if (hasUnsafeText(url)) return invalid('the URL has a space or control character');
  const { scheme, authority, path } = cutUrl(url);
  if (!Object.hasOwn(DEFAULT_PORTS, scheme))
    return invalid(`"${scheme}" is not http, https, ws or wss`);
  const place = readAuthority(scheme, authority);
  if ('ok' in place) return place;
  const rooted = path === '' ? '/' : path;
  if (/%(?![0-9a-fA-F]{2})/.test(rooted)) return invalid('the path has a broken percent escape');
  if (/%00/.test(rooted)) return ambiguous('the path has a NUL');
  return { ok: true, ...place, paths: readPaths(rooted) };
}
