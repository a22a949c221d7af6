import { parseAddress, parseIpv4 } from './address';

/** A URL split as the reference splits it. */
export interface SplitUrl {
  /** Without port, brackets or userinfo; case as written. */
  readonly host: string;
  readonly port: string;
  /** Percent-decoded, one character a byte for escapes; not normalised. */
  readonly path: string;
}

const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;
/** ASCII that Go's host parser takes unescaped; everything from 0x80 up passes. */
const HOST_TEXT = /^[A-Za-z0-9\-_.~!"$&'()*+,;=:[\]<>%\u0080-\uffff]*$/;
const USERINFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;

/** Percent-decodes to one character a byte: enough, because rules are ASCII. */
export function decodeBytes(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** In a host only bytes from 0x80 up, and the percent sign itself, may be escaped. */
function decodeHost(text: string): string | undefined {
  if (!HOST_TEXT.test(text) || BAD_ESCAPE.test(text)) return undefined;
  return /%(?!25)[0-7]/.test(text) ? undefined : decodeBytes(text);
}

function decodeZone(text: string): string | undefined {
  if (!HOST_TEXT.test(text) || BAD_ESCAPE.test(text)) return undefined;
  for (const [, hex = ''] of text.matchAll(/%([0-9a-fA-F]{2})/g)) {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    const isAllowed =
      hex === '25' || character === ' ' || (character !== '%' && HOST_TEXT.test(character));
    if (!isAllowed) return undefined;
  }
  return decodeBytes(text);
}

/** Zone included, an address Go's `netip.ParseAddr` takes and that is not IPv4. */
function isIpv6Literal(text: string): boolean {
  const zone = text.indexOf('%');
  if (zone === text.length - 1) return false;
  return parseIpv4(text) === undefined && text.includes(':') && parseAddress(text) !== undefined;
}

function splitBracketed(authority: string): Omit<SplitUrl, 'path'> | undefined {
  const end = authority.lastIndexOf(']');
  const port = authority.slice(end + 1);
  if (end < 0 || !/^(:\d*)?$/.test(port)) return undefined;
  const inner = authority.slice(1, end);
  const zoneAt = inner.indexOf('%25');
  const address = decodeHost(zoneAt < 0 ? inner : inner.slice(0, zoneAt));
  const zone = zoneAt < 0 ? '' : decodeZone(inner.slice(zoneAt));
  if (address === undefined || zone === undefined) return undefined;
  return isIpv6Literal(address + zone) ? { host: address + zone, port: port.slice(1) } : undefined;
}

/** Go forbids a second colon in `http` and `https` hosts only. */
function portColon(scheme: string, hostPort: string): number {
  const isHttp = scheme === 'http' || scheme === 'https';
  return isHttp ? hostPort.indexOf(':') : hostPort.lastIndexOf(':');
}

function splitAuthority(scheme: string, authority: string): Omit<SplitUrl, 'path'> | undefined {
  const at = authority.lastIndexOf('@');
  const userinfo = authority.slice(0, Math.max(at, 0));
  if (!USERINFO.test(userinfo) || BAD_ESCAPE.test(userinfo)) return undefined;
  const hostPort = authority.slice(at + 1);
  const bracket = hostPort.lastIndexOf('[');
  if (bracket > 0) return undefined;
  if (bracket === 0) return splitBracketed(hostPort);
  const colon = portColon(scheme, hostPort);
  if (colon >= 0 && !/^:\d*$/.test(hostPort.slice(colon))) return undefined;
  const host = decodeHost(colon < 0 ? hostPort : hostPort.slice(0, colon));
  return host === undefined
    ? undefined
    : { host, port: colon < 0 ? '' : hostPort.slice(colon + 1) };
}

/** Cuts the scheme off. `undefined`: the text starts with a colon. */
function cutScheme(text: string): { scheme: string; rest: string } | undefined {
  if (text.startsWith(':')) return undefined;
  const match = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(text);
  if (!match) return { scheme: '', rest: text };
  return { scheme: (match[1] ?? '').toLowerCase(), rest: text.slice(match[0].length) };
}

const NO_HOST = { host: '', port: '' };

function splitRest(scheme: string, rest: string): SplitUrl | undefined {
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...NO_HOST, path: '' };
    if ((rest.split('/', 1)[0] ?? '').includes(':')) return undefined;
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const slash = hasAuthority ? rest.indexOf('/', 2) : 0;
  const path = slash < 0 ? '' : rest.slice(slash);
  if (BAD_ESCAPE.test(path)) return undefined;
  const authority = hasAuthority
    ? splitAuthority(scheme, rest.slice(2, slash < 0 ? undefined : slash))
    : NO_HOST;
  return authority && { ...authority, path: decodeBytes(path) };
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/**
 * Splits a URL as coder/boundary does: Go's `net/url.Parse` (Go 1.26), `https://` in front of what has no `://`
 * anywhere. Own code, because WHATWG `URL` gives another answer in about one case in eleven.
 * @returns undefined where the reference cannot parse it, so that no rule matches
 */
export function splitBoundaryUrl(url: string): SplitUrl | undefined {
  const text = url.includes('://') ? url : `https://${url}`;
  const hash = text.indexOf('#');
  const beforeFragment = hash < 0 ? text : text.slice(0, hash);
  if (hash >= 0 && BAD_ESCAPE.test(text.slice(hash + 1))) return undefined;
  if (hasControl(beforeFragment)) return undefined;
  const parts = cutScheme(beforeFragment);
  if (parts === undefined) return undefined;
  const query = parts.rest.indexOf('?');
  return splitRest(parts.scheme, query < 0 ? parts.rest : parts.rest.slice(0, query));
}
