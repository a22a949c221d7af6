import { renderRule, type NetworkRule } from './rule';

type Parts = Omit<NetworkRule, 'text'>;

function intersectMethods(
  left: NetworkRule['methods'],
  right: NetworkRule['methods'],
): ReadonlySet<string> | undefined | null {
  if (left === undefined || left.has('*')) return right === undefined ? left : right;
  if (right === undefined || right.has('*')) return left;
  const both = [...left].filter((method) => right.has(method));
  return both.length > 0 ? new Set(both) : null;
}

/** One label or segment of both; undefined when they exclude each other. */
function meet(left: string, right: string): string | undefined {
  if (left === '*') return right;
  return right === '*' || left === right ? left : undefined;
}

/**
 * Patterns read from their closed end (host: the right, path: the left); a last `*` stands for one or more. Equal
 * lengths meet part by part; a shorter pattern must end open to cover a longer one.
 */
function meetAll(left: readonly string[], right: readonly string[]): readonly string[] | undefined {
  const [long, short] = left.length >= right.length ? [left, right] : [right, left];
  if (short.length < long.length && short.at(-1) !== '*') return undefined;
  const met: string[] = [];
  for (const [at, part] of long.entries()) {
    const both = meet(part, short[at] ?? '*');
    if (both === undefined) return undefined;
    met.push(both);
  }
  return met;
}

/** What both host patterns match, or undefined. */
export function intersectHostLabels(
  left: readonly string[],
  right: readonly string[],
): readonly string[] | undefined {
  if (isEveryHost(left)) return right;
  if (isEveryHost(right)) return left;
  return meetAll(left.toReversed(), right.toReversed())?.toReversed();
}

function isEveryHost(host: readonly string[]): boolean {
  return host.length === 1 && host[0] === '*';
}

function intersectHosts(
  left: NetworkRule['host'],
  right: NetworkRule['host'],
): NetworkRule['host'] | null {
  if (left === undefined || right === undefined) return left ?? right;
  return intersectHostLabels(left, right) ?? null;
}

function intersectPaths(
  left: NetworkRule['paths'],
  right: NetworkRule['paths'],
): NetworkRule['paths'] | null {
  if (left === undefined || right === undefined) return left ?? right;
  const met = left.flatMap((one) => right.flatMap((other) => onePath(one, other) ?? []));
  return met.length > 0 ? unique(met) : null;
}

function onePath(
  left: readonly string[],
  right: readonly string[],
): readonly (readonly string[])[] | undefined {
  if (left.length === 0) return [right];
  if (right.length === 0) return [left];
  const met = meetAll(left, right);
  return met && [met];
}

function unique(paths: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(paths.map((path) => [path.join('/'), path])).values()];
}

/** The rule of what both rules match, or undefined when nothing is. Closed: the result is a rule again. */
export function intersectRules(left: Parts, right: Parts): NetworkRule | undefined {
  const methods = intersectMethods(left.methods, right.methods);
  const host = intersectHosts(left.host, right.host);
  const paths = intersectPaths(left.paths, right.paths);
  if (methods === null || host === null || paths === null) return undefined;
  const parts: Parts = {
    ...(methods ? { methods } : {}),
    ...(host ? { host } : {}),
    ...(paths ? { paths } : {}),
  };
  return { text: renderRule(parts), ...parts };
}
