import type { NetworkDocument } from '../document';
import { parseRule, renderRule } from './rule';

/** A rule already in that spelling: one method, one path, nothing to sort. Spares most rules the parser. */
const CANONICAL =
  /^(?:method=[A-Z]+(?= |$) ?)?(?:domain=[A-Za-z0-9.*-]+(?= |$) ?)?(?:path=\/[A-Za-z0-9*\-._~/]*[A-Za-z0-9*\-._~])?$/;

/** One spelling for each rule, whatever order its parts came in. */
function canonicalRule(text: string): string {
  if (CANONICAL.test(text) && !text.endsWith(' ') && text !== '') return text;
  const parsed = parseRule(text);
  if (!parsed.ok) return text;
  const { methods, host, paths } = parsed.rule;
  const sorted =
    paths && [...new Map(paths.map((path) => [path.join('/'), path])).entries()].sort(byKey);
  return renderRule({
    ...(methods ? { methods } : {}),
    ...(host ? { host } : {}),
    ...(sorted ? { paths: sorted.map(([, path]) => path) } : {}),
  });
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}

function sortedSet(texts: readonly string[]): readonly string[] {
  return texts.toSorted().filter((text, at, all) => at === 0 || text !== all[at - 1]);
}

/** The section without order and spelling, so that equal meanings hash alike. */
export function canonicalNetwork(network: NetworkDocument): object {
  const rules = (texts: readonly string[] | undefined) =>
    texts && sortedSet(texts.map(canonicalRule));
  const { allow, deny, ceiling, tcp, tls, privateAddresses } = network;
  return {
    ...network,
    allow: rules(allow),
    deny: rules(deny),
    ceiling: rules(ceiling),
    tcp: tcp && sortedSet(tcp),
    tls: tls?.passthrough && { passthrough: sortedSet(tls.passthrough) },
    privateAddresses: privateAddresses && sortedSet(privateAddresses),
  };
}
