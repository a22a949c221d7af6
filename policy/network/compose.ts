import type { Compat, NetworkDocument } from '../document';
import { joinCompat, rulesInDialect, strictText } from './dialect';
import { intersectHostLabels, intersectRules } from './intersect';
import { parsePassthrough, parseTcp } from './limits';
import { isWholeHost } from './match';
import { hazards } from './hazard';
import { parseRule, type NetworkRule } from './rule';

const unique = (texts: readonly string[]) => [...new Set(texts)];

/** Rules of one list in the joint dialect, written so that it takes them; what it takes as written stays as written. */
function normalRules(texts: readonly string[], compat: Compat): readonly NetworkRule[] {
  return rulesInDialect(texts, compat).map((rule) => {
    if (compat === 'boundary') return rule;
    const parsed = parseRule(rule.text);
    const isSafe = parsed.ok && hazards(parsed.rule, parsed.domains).length === 0;
    return isSafe ? rule : { ...rule, text: strictText(rule) };
  });
}

/** Each rule cut by each of the ceiling; a rule the ceiling covers whole stays as written. */
function cutRules(
  rules: readonly NetworkRule[],
  ceiling: readonly NetworkRule[],
): readonly NetworkRule[] {
  return rules.flatMap((rule) => {
    const cut = ceiling.flatMap((bound) => intersectRules(rule, bound) ?? []);
    return cut.some(({ text }) => text === strictText(rule)) ? [rule] : cut;
  });
}

/** Host texts cut by the ceiling rules that speak of whole hosts. */
function cutHosts(
  hosts: readonly (readonly string[])[],
  ceiling: readonly NetworkRule[],
): readonly string[] {
  const bounds = ceiling.filter(isWholeHost).map(({ host = ['*'] }) => host);
  return hosts.flatMap((host) =>
    bounds.flatMap((bound) => intersectHostLabels(host, bound)?.join('.') ?? []),
  );
}

function cutTcp(texts: readonly string[], ceiling: readonly NetworkRule[]): readonly string[] {
  return texts.flatMap((text) => {
    const parsed = parseTcp(text, '');
    if (!('value' in parsed)) return [];
    const { host, port } = parsed.value;
    return cutHosts([host], ceiling).map((name) => `${name}:${port}`);
  });
}

function cutPassthrough(
  texts: readonly string[],
  ceiling: readonly NetworkRule[],
): readonly string[] {
  return texts.flatMap((text) => {
    const parsed = parsePassthrough(text, '');
    return 'value' in parsed ? cutHosts([parsed.value.host], ceiling) : [];
  });
}

/** What the lower section still grants under the upper one's ceiling. */
interface Grants {
  readonly allow: readonly string[];
  readonly ceiling?: readonly string[];
  readonly tcp: readonly string[];
  readonly passthrough: readonly string[];
  readonly privateAddresses?: readonly string[];
}

function grantsOf(section: NetworkDocument, compat: Compat): Grants {
  const { allow = [], ceiling, tcp = [], tls, privateAddresses } = section;
  const texts = (list: readonly string[]) => normalRules(list, compat).map(({ text }) => text);
  return {
    allow: texts(allow),
    ...(ceiling ? { ceiling: texts(ceiling) } : {}),
    tcp,
    passthrough: tls?.passthrough ?? [],
    ...(privateAddresses ? { privateAddresses } : {}),
  };
}

function cutGrants(
  lower: Grants,
  upperCeiling: readonly string[] | undefined,
  compat: Compat,
): Grants {
  if (upperCeiling === undefined) return lower;
  const bound = rulesInDialect(upperCeiling, compat);
  const cut = (texts: readonly string[]) =>
    cutRules(rulesInDialect(texts, compat), bound).map(({ text }) => text);
  return {
    allow: cut(lower.allow),
    ceiling: lower.ceiling ? cut(lower.ceiling) : upperCeiling,
    tcp: cutTcp(lower.tcp, bound),
    passthrough: cutPassthrough(lower.passthrough, bound),
    ...(lower.privateAddresses ? { privateAddresses: [] } : {}),
  };
}

function joinGrants(upper: Grants, lower: Grants): Grants {
  const ceiling = lower.ceiling ?? upper.ceiling;
  const ranges = upper.privateAddresses ?? lower.privateAddresses;
  return {
    allow: unique([...upper.allow, ...lower.allow]),
    ...(ceiling ? { ceiling: unique(ceiling) } : {}),
    tcp: unique([...upper.tcp, ...lower.tcp]),
    passthrough: unique([...upper.passthrough, ...lower.passthrough]),
    ...(ranges
      ? {
          privateAddresses: unique([
            ...(upper.privateAddresses ?? []),
            ...(lower.privateAddresses ?? []),
          ]),
        }
      : {}),
  };
}

function toDocument({
  allow,
  ceiling,
  tcp,
  passthrough,
  privateAddresses,
}: Grants): NetworkDocument {
  return {
    ...(allow.length > 0 ? { allow } : {}),
    ...(ceiling ? { ceiling } : {}),
    ...(tcp.length > 0 ? { tcp } : {}),
    ...(passthrough.length > 0 ? { tls: { passthrough } } : {}),
    ...(privateAddresses ? { privateAddresses } : {}),
  };
}

/** The network section that means what the two mean together, the first above the second. */
export function composeNetwork(upper: NetworkDocument, lower: NetworkDocument): NetworkDocument {
  const compat = joinCompat([upper, lower]);
  const dialect = compat ?? 'strict';
  const above = grantsOf(upper, dialect);
  const below = cutGrants(grantsOf(lower, dialect), above.ceiling, dialect);
  const deny = unique(
    [...(upper.deny ?? []), ...(lower.deny ?? [])].flatMap((text) =>
      normalRules([text], dialect).map((rule) => rule.text),
    ),
  );
  const ports = [...(upper.ports ?? []), ...(lower.ports ?? [])];
  const boundary = { ...upper.boundary, ...lower.boundary };
  return {
    ...(compat ? { compat } : {}),
    ...toDocument(joinGrants(above, below)),
    ...(deny.length > 0 ? { deny } : {}),
    ...(ports.length > 0 ? { ports: uniquePorts(ports) } : {}),
    ...(Object.keys(boundary).length > 0 ? { boundary } : {}),
  };
}

function uniquePorts(
  ports: NonNullable<NetworkDocument['ports']>,
): NonNullable<NetworkDocument['ports']> {
  return [...new Map(ports.map((limit) => [JSON.stringify(limit), limit])).values()];
}
