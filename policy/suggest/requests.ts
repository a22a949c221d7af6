import { decideNetwork } from '../decide-network';
import type { PolicyDocument } from '../document';
import { requestRule } from '../network/remedy';
import { readTarget, type Target } from '../network/target';
import {
  groupBy,
  withGrant,
  type DeniedRequest,
  type Suggestion,
  type Unmended,
} from './suggestion';

/** Distinct hosts, or distinct paths, that it takes before their common part is proposed instead. */
const EVIDENCE = 3;
/** Paths listed one by one in a rule. */
const MAX_LISTED_PATHS = 3;

/** Parents whose names belong to many owners; a star under them is never proposed. */
const SHARED_PARENTS =
  /(^|\.)(amazonaws|cloudfront|azurewebsites|windows|googleusercontent|googleapis|appspot|web|firebaseapp|herokuapp|vercel|netlify|pages|workers|github|githubusercontent|gitlab|ngrok|ngrok-free|readthedocs|blogspot|fastly|akamai|akamaized|edgekey|r2|pythonanywhere|onrender|fly|repl|trycloudflare|co|com|org|net|gov|edu|ac)\.[a-z-]+$/;

interface Denial {
  readonly request: DeniedRequest;
  readonly target: Target;
}

const count = <Item>(items: Iterable<Item>) => new Set(items).size;

function parentOf(host: string): string | undefined {
  const parent = host.split('.').slice(1).join('.');
  const isOwn = parent.includes('.') && !SHARED_PARENTS.test(parent) && !/\d$/.test(parent);
  return isOwn ? parent : undefined;
}

/** Denials by the host pattern proposed for them: a star where enough siblings give evidence. */
function byHostPattern(denials: readonly Denial[]): ReadonlyMap<string, readonly Denial[]> {
  const siblings = new Map<string, Set<string>>();
  for (const { target } of denials) {
    const parent = parentOf(target.host);
    if (parent === undefined) continue;
    const hosts = siblings.get(parent);
    if (hosts) hosts.add(target.host);
    else siblings.set(parent, new Set([target.host]));
  }
  return groupBy(denials, ({ target }) => {
    const parent = parentOf(target.host);
    const hosts = parent === undefined ? 0 : (siblings.get(parent)?.size ?? 0);
    return hosts >= EVIDENCE ? `*.${parent}` : target.host;
  });
}

const pathOf = ({ target }: Denial) => target.paths[0] ?? [];

function commonStart(paths: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...rest] = paths;
  const end = first.findIndex((part, at) => rest.some((path) => path[at] !== part));
  return end < 0 ? first : first.slice(0, end);
}

function isPlain(path: readonly string[]): boolean {
  return path.length > 0 && path.every((part) => /^[A-Za-z0-9\-._~!$&'()+;=:@]+$/.test(part));
}

/** The path key for requests to one host pattern: listed, a common start with a star, or none. */
function pathKey(denials: readonly Denial[]): { readonly key: string; readonly why?: string } {
  const paths = [
    ...new Map(denials.map((denial) => [pathOf(denial).join('/'), pathOf(denial)])).values(),
  ];
  if (paths.length <= MAX_LISTED_PATHS && paths.every(isPlain)) {
    return { key: ` path=${paths.map((path) => `/${path.join('/')}`).join(',')}` };
  }
  const start = commonStart(paths);
  const shared = paths.some((path) => path.length === start.length) ? start.slice(0, -1) : start;
  if (shared.length > 0 && isPlain(shared)) {
    return {
      key: ` path=/${shared.join('/')}/*`,
      why: `${paths.length} paths below /${shared.join('/')}`,
    };
  }
  return { key: '', why: `${paths.length} paths with nothing in common` };
}

function propose(host: string, denials: readonly Denial[]): Suggestion {
  const methods = [...new Set(denials.map(({ request }) => request.method))].sort();
  const { key, why } = pathKey(denials);
  const hosts = count(denials.map(({ target }) => target.host));
  const reasons = [
    ...(host.startsWith('*.') ? [`${hosts} hosts below ${host.slice(2)}`] : []),
    ...(why ? [why] : []),
  ];
  return {
    section: 'allow',
    rule: `method=${methods.join(',')} domain=${host}${key}`,
    allows: denials.length,
    examples: denials.slice(0, EVIDENCE).map(({ request }) => request),
    ...(reasons.length > 0 ? { generalised: reasons.join('; ') } : {}),
  };
}

/** Falls back to one rule a request where the wide one is cut by a ceiling or does not cover its evidence. */
function checked(
  layers: readonly PolicyDocument[],
  suggestion: Suggestion,
  denials: readonly Denial[],
): readonly Suggestion[] {
  const wide = withGrant(layers, [suggestion.rule]);
  const isWhole =
    denials.every(({ request }) => decideNetwork(wide, request).effect === 'allow') &&
    !isCut(layers, suggestion, denials);
  if (isWhole) return [suggestion];
  const single = groupBy(denials, ({ target }) => requestRule(target) ?? '');
  return [...single].flatMap(([rule, group]): readonly Suggestion[] => {
    const examples = group.slice(0, 1).map(({ request }) => request);
    return rule === '' ? [] : [{ section: 'allow', rule, allows: group.length, examples }];
  });
}

/** A widened rule must not promise what a ceiling takes away: a made-up sibling has to be allowed as well. */
function isCut(
  layers: readonly PolicyDocument[],
  { generalised, rule }: Suggestion,
  [first]: readonly Denial[],
): boolean {
  const host = /domain=\*\.(\S+)/.exec(rule)?.[1];
  if (generalised === undefined || host === undefined || !first) return false;
  const sibling = {
    method: first.request.method,
    url: `https://aigov-sibling.${host}/${pathOf(first).join('/')}`,
  };
  return decideNetwork(withGrant(layers, [rule]), sibling).effect === 'deny';
}

/** Few rules for requests: by host pattern, wider than the requests only with evidence. */
export function suggestForRequests(
  layers: readonly PolicyDocument[],
  denied: readonly DeniedRequest[],
  unmended: Unmended,
): readonly Suggestion[] {
  const policy = withGrant(layers, []);
  const open = withGrant(layers, ['domain=*']);
  const mendable = denied.flatMap((request): readonly Denial[] => {
    const read = readTarget(policy.network.compat, request.method, request.url);
    const still = decideNetwork(policy, request);
    if (still.effect === 'allow') return [];
    const best = decideNetwork(open, request);
    if (read.ok && best.effect === 'allow' && requestRule(read.target) !== undefined)
      return [{ request, target: read.target }];
    unmended.add(request, best.effect === 'deny' ? best : still);
    return [];
  });
  return [...byHostPattern(mendable)].flatMap(([host, group]) =>
    checked(layers, propose(host, group), group),
  );
}
