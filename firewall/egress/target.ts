import type { Decision } from '../../policy';
import type { Connection } from './connection';
import { type Authority, defaultPort, parseAuthority, type Scheme, urlAuthority } from './host';

type Denial = Extract<Decision, { effect: 'deny' }>;

/** The head of a request as far as it says where it goes. */
export interface RequestHead {
  readonly method: string;
  /** Request target as sent (`:path` in HTTP/2). */
  readonly target: string;
  /** Every Host header; in HTTP/2 `:authority` and every Host that differs from it. */
  readonly authorities: readonly string[];
  /** What makes the request unreadable, as a remedy. */
  readonly fault?: string;
}

/** Where one request goes, beyond doubt. */
export interface Target {
  readonly scheme: Scheme;
  readonly host: string;
  readonly port: number;
  /** Origin-form. */
  readonly path: string;
  /** What the policy decides on and the audit shows. */
  readonly url: string;
}

export type TargetResult =
  | { readonly kind: 'target'; readonly target: Target }
  /** `decision.remedy` says what disagrees. */
  | {
      readonly kind: 'refused';
      readonly decision: Denial;
      readonly claimedUrl: string;
      /** Where one well-formed claim disagrees with the connection: the URL it stands for. */
      readonly otherUrl?: string;
    };

type Refusal = Extract<TargetResult, { kind: 'refused' }>;

const ABSOLUTE_FORM = /^([a-z][a-z0-9+.-]*):\/\/([^/?]*)(.*)$/i;
/** Visible ASCII but `#`, which no request target has and which would hide what follows from the policy. */
const PATH = /^\/[!"$-~]*$/;
const MAX_SHOWN = 200;

function shown(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return plain.length > MAX_SHOWN ? `${plain.slice(0, MAX_SHOWN)}…` : plain;
}

interface Claim {
  /** Who says so, as the refusal names it. */
  readonly source: string;
  readonly authority: Authority;
}

/** A claim agrees when it names the same host and, if it names a port, the same one. */
function agrees(claim: Claim, host: string, port: number): boolean {
  return claim.authority.host === host && (claim.authority.port ?? port) === port;
}

interface ParsedTarget {
  readonly path: string;
  readonly absolute?: Authority | undefined;
  readonly scheme?: string;
}

function parseTarget(target: string): ParsedTarget | undefined {
  const absolute = ABSOLUTE_FORM.exec(target);
  if (absolute === null) return PATH.test(target) ? { path: target } : undefined;
  const [, scheme = '', authorityText = '', rest = ''] = absolute;
  const authority = parseAuthority(authorityText);
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  if (authority === undefined || !PATH.test(path)) return undefined;
  return { path, absolute: authority, scheme: scheme.toLowerCase() };
}

/** What the connection, the request target and the headers each say about the host. */
function claimsOf(
  connection: Connection,
  head: RequestHead,
  parsed: ParsedTarget,
): Claim[] | undefined {
  const claims: Claim[] = [];
  for (const text of head.authorities) {
    const authority = parseAuthority(text);
    if (authority === undefined) return undefined;
    claims.push({ source: 'Host', authority });
  }
  if (parsed.absolute !== undefined) {
    const port = parsed.absolute.port ?? defaultPort('http');
    claims.unshift({ source: 'the request target', authority: { ...parsed.absolute, port } });
  }
  if (connection.serverName !== undefined) {
    claims.push({ source: 'the TLS server name', authority: { host: connection.serverName } });
  }
  return claims;
}

/** Where the request has to go by the strongest evidence: the connection, or for a proxy the request target. */
function destination(
  connection: Connection,
  parsed: ParsedTarget,
): Required<Authority> | undefined {
  if (connection.mode === 'transparent') return { host: connection.host, port: connection.port };
  if (parsed.absolute === undefined) return undefined;
  return { host: parsed.absolute.host, port: parsed.absolute.port ?? defaultPort('http') };
}

function disagreement(claims: readonly Claim[], at: Required<Authority>): Claim | undefined {
  return claims.find((claim) => !agrees(claim, at.host, at.port));
}

function disagreementRemedy(scheme: Scheme, at: Required<Authority>, other: Claim): string {
  const { host, port = at.port } = other.authority;
  const said = shown(urlAuthority(scheme, host, port));
  return `Name one host everywhere: the connection goes to "${at.host}:${at.port}", ${other.source} says "${said}".`;
}

/** What a refused request seems to be about, for the record only. */
function claimedUrl({ scheme, host }: Connection, { target, authorities }: RequestHead): string {
  if (ABSOLUTE_FORM.test(target)) return shown(target);
  return `${scheme}://${shown(authorities[0] ?? host)}${shown(target)}`;
}

/**
 * Finds where a request goes. Synthetic address, CONNECT target, TLS server name, absolute-form target, Host and
 * `:authority` must agree, and there must be exactly one Host: otherwise what we decide on and what the origin
 * serves could differ. Pure.
 */
export function resolveTarget(connection: Connection, head: RequestHead): TargetResult {
  const refuse = (reason: 'ambiguous_target' | 'url_invalid', remedy: string): Refusal => ({
    kind: 'refused',
    decision: { effect: 'deny', reason, remedy },
    claimedUrl: claimedUrl(connection, head),
  });
  if (head.fault !== undefined) return refuse('ambiguous_target', head.fault);
  const parsed = parseTarget(head.target);
  if (parsed === undefined) {
    return refuse('url_invalid', 'Send a path of visible ASCII characters that starts with "/".');
  }
  const isForeignScheme = parsed.scheme !== undefined && parsed.scheme !== connection.scheme;
  if (isForeignScheme) {
    return refuse('ambiguous_target', 'Use CONNECT for https, and absolute-form for http only.');
  }
  const claims = claimsOf(connection, head, parsed);
  if (claims === undefined || head.authorities.length !== 1) {
    return refuse('ambiguous_target', 'Send exactly one Host, a plain name or address.');
  }
  const at = destination(connection, parsed);
  if (at === undefined) {
    return refuse('ambiguous_target', 'Send this proxy an absolute URL, or CONNECT.');
  }
  const other = disagreement(claims, at);
  const { scheme } = connection;
  if (other !== undefined) {
    const { host, port = at.port } = other.authority;
    const otherUrl = `${scheme}://${urlAuthority(scheme, host, port)}${parsed.path}`;
    return { ...refuse('ambiguous_target', disagreementRemedy(scheme, at, other)), otherUrl };
  }
  const url = `${scheme}://${urlAuthority(scheme, at.host, at.port)}${parsed.path}`;
  return { kind: 'target', target: { scheme, ...at, path: parsed.path, url } };
}
