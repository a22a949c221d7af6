import type { PolicyDocument } from './document';
import { rulesInDialect, joinCompat } from './network/dialect';
import { ruleWarnings } from './network/hazard';
import { intersectRules } from './network/intersect';
import { parseRule } from './network/rule';
import { intersectPatterns, matchesPattern } from './pattern';

/** Something lawful that is probably not meant. */
export interface PolicyWarning {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** Index of the layer and property path in it. */
  readonly layer: number;
  readonly at: string;
  /** A second place the message speaks of. */
  readonly other?: { readonly layer: number; readonly at: string };
}

function oddRules({ network = {} }: PolicyDocument, layer: number): readonly PolicyWarning[] {
  return (['allow', 'deny', 'ceiling'] as const).flatMap((key) =>
    (network[key] ?? []).flatMap((text, index) => {
      const parsed = parseRule(text);
      if (!parsed.ok) return [];
      const at = `network.${key}[${index}]`;
      return ruleWarnings(parsed.rule).map(({ code, problem, remedy }) => ({
        code,
        message: `${at} is ${JSON.stringify(text)}: ${problem}`,
        remedy,
        layer,
        at,
      }));
    }),
  );
}

function outside(
  layers: readonly PolicyDocument[],
  lower: number,
  upper: number,
  at: string,
  text: string,
  section: string,
) {
  const [above, below] = [layers[upper]?.name ?? '', layers[lower]?.name ?? ''];
  return {
    code: 'POLICY_GRANT_OUTSIDE_CEILING',
    message: `${at} of layer "${below}" is ${JSON.stringify(text)}; the ${section}.ceiling of layer "${above}" leaves nothing of it`,
    remedy: `Remove the grant, or have layer "${above}" widen its ceiling or grant it itself.`,
    layer: lower,
    at,
    other: { layer: upper, at: `${section}.ceiling` },
  };
}

/** Network grants of which no ceiling above leaves anything. */
function networkOutside(
  layers: readonly PolicyDocument[],
  lower: number,
): readonly PolicyWarning[] {
  const compat = joinCompat(layers.map(({ network }) => network)) ?? 'strict';
  return (layers[lower]?.network?.allow ?? []).flatMap((text, index) => {
    const [rule] = rulesInDialect([text], compat);
    const upper = layers.slice(0, lower).findIndex(({ network }) => {
      const ceiling = network?.ceiling && rulesInDialect(network.ceiling, compat);
      return rule && ceiling && !ceiling.some((bound) => intersectRules(rule, bound));
    });
    return upper < 0
      ? []
      : [outside(layers, lower, upper, `network.allow[${index}]`, text, 'network')];
  });
}

/** Two patterns certainly share nothing when both have no star and differ, or one names a text the other misses. */
function excludesEachOther(left: string, right: string): boolean {
  if (!left.includes('*')) return !matchesPattern(right, left);
  if (!right.includes('*')) return !matchesPattern(left, right);
  const [start, other] = [left.split('*')[0] ?? '', right.split('*')[0] ?? ''];
  return (
    intersectPatterns(left, right) !== left && !start.startsWith(other) && !other.startsWith(start)
  );
}

function patternsOutside(
  layers: readonly PolicyDocument[],
  lower: number,
  key: 'models' | 'mcpServers',
) {
  return (layers[lower]?.[key]?.allow ?? []).flatMap((text, index) => {
    const upper = layers.slice(0, lower).findIndex((layer) => {
      const ceiling = layer[key]?.ceiling;
      return ceiling?.every((bound) => excludesEachOther(text, bound)) ?? false;
    });
    return upper < 0 ? [] : [outside(layers, lower, upper, `${key}.allow[${index}]`, text, key)];
  });
}

/** What `policy check` warns of: odd rules, and grants wholly outside a ceiling above them. */
export function policyWarnings(layers: readonly PolicyDocument[]): readonly PolicyWarning[] {
  return layers.flatMap((layer, at) => [
    ...oddRules(layer, at),
    ...networkOutside(layers, at),
    ...patternsOutside(layers, at, 'models'),
    ...patternsOutside(layers, at, 'mcpServers'),
  ]);
}
