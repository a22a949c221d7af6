import { decideHost, decideTcp } from '../decide-network';
import type { CompiledPolicy } from '../compile';
import type { Decision } from '../decision';
import type { PolicyDocument } from '../document';
import { parseRule } from '../network/rule';
import { groupBy, withGrant, type DeniedHost, type Suggestion, type Unmended } from './suggestion';

/** Hosts proposed of which only the name is known. */
const MAX_NAMES = 20;

/** The decision about what was denied. */
export function decideDeniedHost(policy: CompiledPolicy, { host, port }: DeniedHost): Decision {
  return port === undefined ? decideHost(policy, { host }) : decideTcp(policy, { host, port });
}

/** No star here: a name alone is no evidence, and a tunnel over DNS makes up names without end. */
function suggestForHost(
  layers: readonly PolicyDocument[],
  denials: readonly DeniedHost[],
  unmended: Unmended,
): Suggestion | undefined {
  const [denial] = denials;
  if (denial === undefined) return undefined;
  const suggestion = ruleFor(denial);
  const { section, rule } = suggestion;
  const isSafe = parseRule(`domain=${denial.host}`).ok && !denial.host.includes('*');
  const grants = isSafe ? [rule] : [];
  const policy = section === 'allow' ? withGrant(layers, grants) : withGrant(layers, [], grants);
  const decision = decideDeniedHost(policy, denial);
  if (decision.effect === 'allow')
    return { ...suggestion, allows: denials.length, examples: [denial] };
  for (const each of denials) unmended.add(each, decision);
  return undefined;
}

function ruleFor({ host, port }: DeniedHost): Pick<Suggestion, 'section' | 'rule' | 'generalised'> {
  return port === undefined
    ? { section: 'allow', rule: `domain=${host}`, generalised: 'only the name was seen' }
    : { section: 'tcp', rule: `${host}:${port}` };
}

const TOO_MANY = {
  reason: 'name_only',
  remedy: `More than ${MAX_NAMES} names were refused before a request was seen; run once with firewall.mode: monitor to see the requests.`,
};

/** One rule a host, for the hosts asked for most. */
export function suggestForHosts(
  layers: readonly PolicyDocument[],
  denied: readonly DeniedHost[],
  unmended: Unmended,
): readonly Suggestion[] {
  const groups = [...groupBy(denied, ({ host, port }) => `${host}:${port ?? ''}`).values()];
  const ordered = groups.toSorted((one, other) => other.length - one.length);
  for (const denial of ordered.slice(MAX_NAMES).flat()) unmended.add(denial, TOO_MANY);
  return ordered
    .slice(0, MAX_NAMES)
    .flatMap((group) => suggestForHost(layers, group, unmended) ?? []);
}
