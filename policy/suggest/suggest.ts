import type { PolicyDocument } from '../document';
import { decideDeniedHost, suggestForHosts } from './hosts';
import { suggestForRequests } from './requests';
import { Unmended, withGrant, type Denied, type Suggestions } from './suggestion';

/**
 * Proposes few rules for a layer below `layers` that would have allowed what was denied: wider than a request only
 * with evidence, never past a ceiling or a deny.
 */
export function suggestRules(
  layers: readonly PolicyDocument[],
  denied: readonly Denied[],
): Suggestions {
  const unmended = new Unmended();
  const requests = denied.filter((denial) => 'url' in denial);
  const forRequests = suggestForRequests(layers, requests, unmended);
  const granted = withGrant(
    layers,
    forRequests.map(({ rule }) => rule),
  );
  const hosts = denied
    .filter((denial) => 'host' in denial)
    .filter((denial) => decideDeniedHost(granted, denial).effect === 'deny');
  const suggestions = [...forRequests, ...suggestForHosts(layers, hosts, unmended)];
  return {
    suggestions: suggestions.toSorted(
      (one, other) => other.allows - one.allows || (one.rule < other.rule ? -1 : 1),
    ),
    unsuggested: unmended.all(),
  };
}
