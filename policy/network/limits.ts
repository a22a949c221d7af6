import { AigovError } from '../error';
import type { NetworkDocument } from '../document';
import { parseCidr, type Cidr } from './address';
import { parseRule } from './rule';

/** `tcp: host:port`. */
export interface TcpRule {
  readonly text: string;
  readonly host: readonly string[];
  readonly port: number;
}

/** A `ports` entry. */
export interface CompiledPortLimit {
  readonly host: readonly string[];
  readonly text: string;
  readonly includes: (port: number) => boolean;
}

type Result<Value> = { readonly value: Value } | { readonly fault: AigovError };

function fault(code: string, at: string, given: string, allowed: string, remedy: string) {
  return {
    fault: new AigovError(code, `${at} is ${JSON.stringify(given)}; ${allowed}`, { remedy, at }),
  };
}

/** A host pattern standing alone, as in `tls.passthrough`. */
export function parseHostPattern(text: string): readonly string[] | undefined {
  const parsed = parseRule(`domain=${text}`);
  const isHostAlone =
    parsed.ok && parsed.domains === 1 && !parsed.rule.paths && !parsed.rule.methods;
  return isHostAlone && !/\s/.test(text) ? parsed.rule.host : undefined;
}

/** Reads `host:port`. */
export function parseTcp(text: string, at: string): Result<TcpRule> {
  const [, name = '', digits = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  const host = parseHostPattern(name);
  const port = Number(digits);
  if (host && port >= 1 && port <= 65_535) return { value: { text, host, port } };
  const allowed = 'allowed is "host:port" with a host name or pattern and a port from 1 to 65535';
  return fault('POLICY_TCP_INVALID', at, text, allowed, 'Write for example "git.corp.example:22".');
}

/** Reads a host pattern of `tls.passthrough`. */
export function parsePassthrough(
  text: string,
  at: string,
): Result<{ text: string; host: readonly string[] }> {
  const host = parseHostPattern(text);
  if (host) return { value: { text, host } };
  const allowed = 'allowed is a host name or a pattern like "*.example.com"';
  return fault(
    'POLICY_HOST_INVALID',
    at,
    text,
    allowed,
    'Write the host without port, scheme or path.',
  );
}

/** Reads an entry of `privateAddresses`. */
export function parseRange(text: string, at: string): Result<Cidr> {
  const value = parseCidr(text);
  if (value) return { value };
  const allowed = 'allowed is an address or a range like "10.20.0.0/16"';
  return fault(
    'POLICY_ADDRESS_INVALID',
    at,
    text,
    allowed,
    'Write an IPv4 or IPv6 address, or a CIDR range.',
  );
}

function parsePortRange(text: number | string): readonly [number, number] | undefined {
  const [, from = '', to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(text)) ?? [];
  const range = [Number(from), Number(to)] as const;
  const isRange = from !== '' && range[0] >= 1 && range[0] <= range[1] && range[1] <= 65_535;
  return isRange ? range : undefined;
}

type PortLimitDocument = NonNullable<NetworkDocument['ports']>[number];

/** Reads an entry of `ports`. */
export function parsePortLimit(limit: PortLimitDocument, at: string): Result<CompiledPortLimit> {
  const { domain, allow } = limit;
  const host = parseHostPattern(domain);
  if (!host) return parsePassthrough(domain, `${at}.domain`) as { fault: AigovError };
  const ranges: (readonly [number, number])[] = [];
  for (const [index, text] of allow.entries()) {
    const range = parsePortRange(text);
    const place = `${at}.allow[${index}]`;
    const allowed = 'allowed is a port from 1 to 65535 or a range like "8000-8099"';
    if (!range)
      return fault(
        'POLICY_PORT_INVALID',
        place,
        String(text),
        allowed,
        'Write 443 or "8000-8099".',
      );
    ranges.push(range);
  }
  const includes = (port: number) => ranges.some(([from, to]) => port >= from && port <= to);
  return { value: { host, text: `${domain}: ${allow.join(', ')}`, includes } };
}
