/** An IP address as bytes: 4 or 16 of them. */
export type IpAddress = readonly number[];

/** A range of addresses. */
export interface Cidr {
  readonly address: IpAddress;
  readonly prefix: number;
}

/** Reads dotted decimal with four parts and no leading zeros, the one spelling every parser agrees on. */
export function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function wordBytes(word: string): IpAddress | undefined {
  if (!/^[0-9a-fA-F]{1,4}$/.test(word)) return undefined;
  const value = Number.parseInt(word, 16);
  return [value >> 8, value & 255];
}

/** Bytes of colon-separated words; the last may be dotted decimal. */
function groupBytes(text: string): IpAddress | undefined {
  if (text === '') return [];
  const words = text.split(':');
  const bytes: number[] = [];
  for (const [at, word] of words.entries()) {
    const isDotted = at === words.length - 1 && word.includes('.');
    const part = isDotted ? parseIpv4(word) : wordBytes(word);
    if (part === undefined) return undefined;
    bytes.push(...part);
  }
  return bytes;
}

/** Reads an IPv6 address without brackets or zone (RFC 4291, section 2.2). */
export function parseIpv6(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined;
  const gap = text.indexOf('::');
  if (gap < 0) {
    const bytes = groupBytes(text);
    return bytes?.length === 16 ? bytes : undefined;
  }
  const head = groupBytes(text.slice(0, gap));
  const tail = groupBytes(text.slice(gap + 2));
  if (head === undefined || tail === undefined || head.length + tail.length > 14) return undefined;
  if (text.slice(0, gap).includes('.')) return undefined;
  return [...head, ...Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

/** An IPv4 address dressed as IPv6 (mapped, compatible, 6to4, NAT64) is judged as what it reaches. */
function embeddedIpv4(address: IpAddress): IpAddress | undefined {
  const startsWith = (bytes: readonly number[]) => bytes.every((byte, at) => address[at] === byte);
  const zeros = Array<number>(10).fill(0);
  if (startsWith([...zeros, 255, 255])) return address.slice(12);
  if (startsWith([...zeros, 0, 0]) && !startsWith([...zeros, 0, 0, 0, 0, 0]))
    return address.slice(12);
  if (startsWith([0x20, 0x02])) return address.slice(2, 6);
  if (startsWith([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0])) return address.slice(12);
  return undefined;
}

/** Reads an IPv4 or IPv6 address, with or without brackets; a zone is ignored. */
export function parseAddress(text: string): IpAddress | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const zone = bare.indexOf('%');
  const address = zone < 0 ? bare : bare.slice(0, zone);
  return parseIpv4(address) ?? (address.includes(':') ? parseIpv6(address) : undefined);
}

/** Reads `address/prefix`; an address alone is itself only. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined || text.includes('%')) return undefined;
  if (slash < 0) return { address, prefix: address.length * 8 };
  const prefix = /^\d{1,3}$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : 999;
  return prefix <= address.length * 8 ? { address, prefix } : undefined;
}

/** Whether the range holds the address (both of one family). */
export function cidrContains({ address: base, prefix }: Cidr, address: IpAddress): boolean {
  if (base.length !== address.length) return false;
  return base.every((byte, at) => {
    const bits = Math.min(8, Math.max(0, prefix - at * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((address[at] ?? 0) & mask);
  });
}

/**
 * Ranges that no public host has: IANA special-purpose registries (RFC 6890 and updates), read 2026-11. Cloud metadata
 * services live in link-local, and Alibaba's and Oracle's in 100.64.0.0/10 and 192.0.0.0/24.
 */
const GUARDED: readonly (readonly [string, string])[] = [
  ['127.0.0.0/8', 'loopback'],
  ['::1/128', 'loopback'],
  ['169.254.0.0/16', 'link-local, cloud metadata'],
  ['fe80::/10', 'link-local'],
  ['fd00:ec2::254/128', 'cloud metadata'],
  ['10.0.0.0/8', 'private'],
  ['172.16.0.0/12', 'private'],
  ['192.168.0.0/16', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['fc00::/7', 'private'],
  ['fec0::/10', 'private'],
  ['0.0.0.0/8', 'this host'],
  ['::/128', 'this host'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['ff00::/8', 'multicast'],
];

const GUARDED_RANGES = GUARDED.flatMap(([text, kind]) => {
  const cidr = parseCidr(text);
  return cidr ? [{ cidr, kind }] : [];
});

/** What kind of non-public address this is, or undefined for a public one. */
export function guardedKind(address: IpAddress): string | undefined {
  const inner = address.length === 16 ? embeddedIpv4(address) : undefined;
  const kindOf = (candidate: IpAddress) =>
    GUARDED_RANGES.find(({ cidr }) => cidrContains(cidr, candidate))?.kind;
  return kindOf(address) ?? (inner && kindOf(inner));
}

/** Whether one of the ranges names the address, as itself or as the IPv4 address inside it. */
export function isNamedBy(ranges: readonly Cidr[], address: IpAddress): boolean {
  const inner = address.length === 16 ? embeddedIpv4(address) : undefined;
  return ranges.some(
    (cidr) => cidrContains(cidr, address) || (inner !== undefined && cidrContains(cidr, inner)),
  );
}
