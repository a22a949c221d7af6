import type { NetworkRule } from './rule';
import type { Target } from './target';

/** The reference's host comparison, label by label from the right. */
export function matchesHost(
  host: readonly string[] | undefined,
  target: Pick<Target, 'labels' | 'address'>,
): boolean {
  if (host === undefined) return true;
  const { labels, address } = target;
  if (host.length === 1 && host[0] === '*') return true;
  if (address && host.includes('*')) return false;
  const extra = labels.length - host.length;
  if (extra < 0 || (extra > 0 && host[0] !== '*')) return false;
  return host.every((label, at) => label === '*' || label === labels[extra + at]);
}

/** The reference's path comparison, segment by segment from the left. */
export function matchesPath(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length === 0) return true;
  if (pattern.length > segments.length) return false;
  if (pattern.length < segments.length && pattern.at(-1) !== '*') return false;
  return pattern.every((part, at) => part === '*' || part === segments[at]);
}

function matchesPaths({ paths }: NetworkRule, segments: readonly string[]): boolean {
  return paths === undefined || paths.some((pattern) => matchesPath(pattern, segments));
}

function matchesMethod({ methods }: NetworkRule, method: string): boolean {
  return methods === undefined || methods.has(method) || methods.has('*');
}

/** Method and path of a grant (or a ceiling): what is left to compare once the index found the host. */
export function coversRequest(rule: NetworkRule, target: Target): boolean {
  return (
    matchesMethod(rule, target.method) &&
    (rule.paths === undefined || target.paths.every((segments) => matchesPaths(rule, segments)))
  );
}

/** Whether a grant (or a ceiling) covers the request: method, host, and the path in every reading. */
export function covers(rule: NetworkRule, target: Target): boolean {
  return matchesHost(rule.host, target) && coversRequest(rule, target);
}

function forbidsMethod(rule: NetworkRule, { method, compat }: Target): boolean {
  if (matchesMethod(rule, method)) return true;
  return compat === 'strict' && matchesMethod(rule, method.toUpperCase());
}

/** Method and path of a deny rule: what is left to compare once the index found the host. */
export function forbidsRequest(rule: NetworkRule, target: Target): boolean {
  return (
    forbidsMethod(rule, target) &&
    (rule.paths === undefined || target.paths.some((segments) => matchesPaths(rule, segments)))
  );
}

/** Whether a deny rule hits the request: in strict already when one reading of the path does. */
export function forbids(rule: NetworkRule, target: Target): boolean {
  return matchesHost(rule.host, target) && forbidsRequest(rule, target);
}

/** A rule that says nothing of method or path speaks of the whole host. */
export function isWholeHost({ methods, paths }: NetworkRule): boolean {
  const everyMethod = methods === undefined || methods.has('*');
  return everyMethod && (paths === undefined || paths.some((path) => path.length === 0));
}
