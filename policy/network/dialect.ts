import type { Compat, NetworkDocument } from '../document';
import { coversAddressParts } from './hazard';
import { parseRule, renderRule, type NetworkRule, type ReadRule } from './rule';

/** The dialect a section is written in, or undefined when it holds no rules. */
export function compatOf(network: NetworkDocument | undefined): Compat | undefined {
  if (!network) return undefined;
  const hasRules = Boolean(network.allow ?? network.deny ?? network.ceiling);
  return network.compat ?? (hasRules ? 'strict' : undefined);
}

/** Strict as soon as one layer is; undefined when no layer holds rules. */
export function joinCompat(sections: readonly (NetworkDocument | undefined)[]): Compat | undefined {
  const spoken = sections.flatMap((section) => compatOf(section) ?? []);
  return spoken.includes('strict') ? 'strict' : spoken[0];
}

/** Alternatives that can match a decoded, normalised path; undefined when the rule speaks of every path. */
function strictPaths(paths: NetworkRule['paths']): NetworkRule['paths'] {
  if (paths === undefined || paths.some((path) => path.length === 0)) return undefined;
  const canMatch = (path: readonly string[]) =>
    !path.some((part) => part.includes('%') || part === '.' || part === '..');
  return paths.every(canMatch) ? paths : paths.filter(canMatch);
}

/**
 * The same rule as strict understands it, or undefined when it can never match there: hosts in lower case, an empty
 * path pattern is every path, and stars never stand for parts of an address.
 */
function inStrict(rule: NetworkRule): NetworkRule | undefined {
  const host = rule.host?.some((label) => /[A-Z]/.test(label))
    ? rule.host.map((label) => label.toLowerCase())
    : rule.host;
  const paths = strictPaths(rule.paths);
  const isDead =
    paths?.length === 0 ||
    coversAddressParts(host) ||
    (host && host.length > 1 && host.at(-1) === '*');
  if (isDead) return undefined;
  if (host === rule.host && paths === rule.paths) return rule;
  const { methods } = rule;
  const parts = {
    ...(methods ? { methods } : {}),
    ...(host ? { host } : {}),
    ...(paths ? { paths } : {}),
  };
  return { text: rule.text, ...parts };
}

/** Rules as the dialect in force understands them. Texts that do not parse are left out: they were faults before. */
export function rulesInDialect(
  texts: readonly string[],
  compat: Compat,
  read: ReadRule = parseRule,
): readonly NetworkRule[] {
  return texts.flatMap((text) => {
    const parsed = read(text);
    if (!parsed.ok) return [];
    return compat === 'boundary' ? [parsed.rule] : (inStrict(parsed.rule) ?? []);
  });
}

/** The rule written so that strict takes it and means the same. */
export function strictText(rule: NetworkRule): string {
  const text = renderRule(rule);
  return text === '' ? 'domain=*' : text;
}
