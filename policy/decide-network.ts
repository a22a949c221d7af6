import type { CompiledPolicy } from './compile';
import type { Decision } from './decision';
import type { CompiledNetwork, NetworkLayer } from './network/compile';
import { guardedKind, isNamedBy, parseAddress } from './network/address';
import { coversRequest, forbidsRequest, isWholeHost, matchesHost } from './network/match';
import { intersectRules } from './network/intersect';
import type { NetworkRule } from './network/rule';
import type { RuleIndex } from './network/rule-index';
import { grantRemedy, requestRule } from './network/remedy';
import { readHost, readTarget, type ReadTarget, type Target } from './network/target';

/** One outbound HTTP request. */
export interface NetworkRequest {
  readonly method: string;
  /** Absolute, or without scheme (then `https://` is meant). */
  readonly url: string;
}

/** One host, for DNS, SNI and CONNECT; without `port` any port is meant. */
export interface HostRequest {
  readonly host: string;
  readonly port?: number;
}

type Policy = Pick<CompiledPolicy, 'network'>;

function allowed(layer: string, rule: string): Decision {
  return { effect: 'allow', reason: 'rule_matched', layer, rule };
}

function unreadable(read: Extract<ReadTarget, { ok: false }>): Decision {
  const remedy = `No rule can allow this: ${read.problem}; the client must send a plain URL.`;
  return { effect: 'deny', reason: read.reason, remedy };
}

function denyOf(
  { layers }: CompiledNetwork,
  hits: (rule: NetworkRule) => boolean,
  place: Pick<Target, 'host' | 'labels' | 'address'>,
): Decision | undefined {
  for (const { name, deny } of layers) {
    const rule = deny.find(place, hits);
    if (rule) {
      const remedy = `Remove "${rule.text}" from network.deny of layer "${name}"; no grant overrides it.`;
      return { effect: 'deny', reason: 'denied_by_rule', layer: name, rule: rule.text, remedy };
    }
  }
  return undefined;
}

/** What cannot be seen into (raw TCP, TLS passed through) is forbidden whole by a deny of any part of the host. */
const speaksOfHost = (rule: NetworkRule) => rule.host !== undefined || isWholeHost(rule);

function portDenial(
  { layers }: CompiledNetwork,
  target: Pick<Target, 'host' | 'labels' | 'address'>,
  port: number,
): Decision | undefined {
  for (const { name, ports } of layers) {
    const limit = ports.find(({ host, includes }) => matchesHost(host, target) && !includes(port));
    if (limit) {
      const remedy = `Add ${port} to the ports of "${limit.text}" in network.ports of layer "${name}".`;
      return { effect: 'deny', reason: 'port_not_allowed', layer: name, rule: limit.text, remedy };
    }
  }
  return undefined;
}

/** Grants of one kind, looked for top first; a grant counts only where every ceiling above it covers the request. */
function decideGrant(
  network: CompiledNetwork,
  grantIn: (layer: NetworkLayer) => { readonly text: string } | undefined,
  isUnder: (ceiling: NonNullable<NetworkLayer['ceiling']>) => boolean,
  wanted: () => string | undefined,
  section: string,
): Decision {
  let bound: string | undefined;
  let cut: { readonly text: string } | undefined;
  for (const layer of network.layers) {
    const grant = grantIn(layer);
    if (grant && bound === undefined) return allowed(layer.name, grant.text);
    cut ??= grant;
    if (layer.ceiling && !isUnder(layer.ceiling)) bound ??= layer.name;
  }
  const remedy = grantRemedy({
    layers: network.layers.map(({ name }) => name),
    bound,
    wanted: wanted(),
    section,
  });
  if (cut === undefined || bound === undefined)
    return { effect: 'deny', reason: 'no_rule_matched', remedy };
  return { effect: 'deny', reason: 'outside_ceiling', layer: bound, rule: cut.text, remedy };
}

/**
 * Decides one HTTP request: unreadable URLs, denies, ports and private addresses first; then the first grant that
 * every ceiling above it covers; no grant, no access. Pure.
 */
export function decideNetwork({ network }: Policy, { method, url }: NetworkRequest): Decision {
  const read = readTarget(network.compat, method, url);
  if (!read.ok) return unreadable(read);
  const { target } = read;
  return (
    denyOf(network, (rule) => forbidsRequest(rule, target), target) ??
    portDenial(network, target, target.port) ??
    (target.address || target.compat === 'boundary'
      ? addressDenial(network, target.host)
      : undefined) ??
    decideGrant(
      network,
      ({ allow }) => allow.find(target, (rule) => coversRequest(rule, target)),
      (ceiling) => ceiling.find(target, (rule) => coversRequest(rule, target)) !== undefined,
      () => requestRule(target),
      'allow',
    )
  );
}

/** Raw TCP shows neither method nor path, so a deny that speaks of the host in part forbids it whole. */
export function decideTcp(
  { network }: Policy,
  { host, port }: { readonly host: string; readonly port: number },
): Decision {
  const place = readHost(network.compat, host);
  return (
    denyOf(network, speaksOfHost, place) ??
    addressDenial(network, place.host) ??
    decideGrant(
      network,
      ({ tcp }) => tcp.find(place, (rule) => rule.port === port),
      (ceiling) => ceiling.find(place, isWholeHost) !== undefined,
      () => `${place.host}:${port}`,
      'tcp',
    )
  );
}

/** Whether any HTTP request or raw TCP to this host could be allowed. For DNS, SNI and CONNECT; the request itself is decided later. */
export function decideHost({ network }: Policy, { host, port }: HostRequest): Decision {
  const place = readHost(network.compat, host);
  const denied = denyOf(network, isWholeHost, place) ?? addressDenial(network, place.host);
  if (denied) return denied;
  const tcp = decideTcpHost(network, place, port);
  if (tcp) return tcp;
  const limited = port === undefined ? undefined : portDenial(network, place, port);
  return limited ?? decideHostGrant(network, place);
}

type Place = ReturnType<typeof readHost>;

/** Whether some request the grant covers is covered by all the ceilings, not merely some request by each. */
function survives(rule: NetworkRule, ceilings: readonly RuleIndex[], place: Place): boolean {
  const [next, ...rest] = ceilings;
  if (!next) return true;
  const bound = next.find(place, (candidate) => {
    const both = intersectRules(rule, candidate);
    return both !== undefined && survives(both, rest, place);
  });
  return bound !== undefined;
}

function decideHostGrant(network: CompiledNetwork, place: Place): Decision {
  const ceilings: RuleIndex[] = [];
  for (const { name, allow, ceiling } of network.layers) {
    const grant = allow.find(place, (rule) => survives(rule, ceilings, place));
    if (grant) return allowed(name, grant.text);
    if (ceiling) ceilings.push(ceiling);
  }
  return decideGrant(
    network,
    () => undefined,
    (ceiling) => ceiling.find(place, () => true) !== undefined,
    () => `domain=${place.host}`,
    'allow',
  );
}

function decideTcpHost(
  network: CompiledNetwork,
  place: Place,
  port: number | undefined,
): Decision | undefined {
  if (denyOf(network, speaksOfHost, place)) return undefined;
  const decision = decideGrant(
    network,
    ({ tcp }) => tcp.find(place, (rule) => port === undefined || rule.port === port),
    (ceiling) => ceiling.find(place, isWholeHost) !== undefined,
    () => undefined,
    'tcp',
  );
  return decision.effect === 'allow' ? decision : undefined;
}

/**
 * Whether every ceiling leaves room for a request: of HTTP, of raw TCP (`host` and `port`), or of any kind (`host`). False
 * for what cannot be read.
 */
export function isUnderCeilings(
  { network }: Policy,
  request: NetworkRequest | HostRequest,
): boolean {
  const ceilings = network.layers.flatMap(({ ceiling }) => ceiling ?? []);
  if ('url' in request) {
    const read = readTarget(network.compat, request.method, request.url);
    if (!read.ok) return false;
    const { target } = read;
    return ceilings.every((ceiling) => ceiling.find(target, (rule) => coversRequest(rule, target)));
  }
  const place = readHost(network.compat, request.host);
  const covers = request.port === undefined ? () => true : isWholeHost;
  return ceilings.every((ceiling) => ceiling.find(place, covers));
}

function rangeDenial(kind: string, address: string): Decision {
  const remedy = `Name ${address} or its range in network.privateAddresses of a layer above every ceiling; it is ${kind}.`;
  return { effect: 'deny', reason: 'private_address', remedy };
}

function addressDenial(network: CompiledNetwork, text: string): Decision | undefined {
  if (!network.guardsAddresses) return undefined;
  const address = parseAddress(text);
  const kind = address && guardedKind(address);
  if (!address || !kind) return undefined;
  const isNamed = network.layers.some((layer) => isNamedBy(layer.privateAddresses, address));
  return isNamed ? undefined : rangeDenial(kind, text);
}

/**
 * Decides the address an allowed name resolved to: private, loopback, link-local and metadata ranges are refused
 * unless a layer names them. Without a strict layer and without `privateAddresses` nothing is guarded, as in Coder.
 */
export function decideAddress(
  { network }: Policy,
  { address }: { readonly host: string; readonly address: string },
): Decision {
  if (!network.guardsAddresses) return { effect: 'allow', reason: 'unrestricted' };
  if (parseAddress(address) === undefined) return rangeDenial('no IP address', address);
  return addressDenial(network, address) ?? { effect: 'allow', reason: 'no_rule_denies' };
}

/**
 * Whether TLS to this host is passed through unread. Only where a rule grants the whole host and no deny speaks of a
 * part of it: what cannot be seen cannot be cut.
 */
export function isTlsPassthrough(
  { network }: Policy,
  { host }: { readonly host: string },
): boolean {
  const place = readHost(network.compat, host);
  if (denyOf(network, speaksOfHost, place)) return false;
  const isUnder = (ceiling: RuleIndex) => ceiling.find(place, isWholeHost) !== undefined;
  const grants: ((layer: NetworkLayer) => { readonly text: string } | undefined)[] = [
    ({ passthrough }) => passthrough.find(place, () => true),
    ({ allow }) => allow.find(place, isWholeHost),
  ];
  return grants.every(
    (grantIn) => decideGrant(network, grantIn, isUnder, () => undefined, 'tls').effect === 'allow',
  );
}
