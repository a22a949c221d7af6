/**
 * Decisions of a firewall that only monitors: what would be denied passes, with the denial beside it. Ceilings hold all
 * the same, and so does what cannot be read: nobody knows where it would go. Pure.
 */
import type { CompiledPolicy } from './compile';
import {
  decideHost,
  decideNetwork,
  decideTcp,
  isUnderCeilings,
  type HostRequest,
  type NetworkRequest,
} from './decide-network';
import type { Decision } from './decision';

type Policy = Pick<CompiledPolicy, 'network'>;

/** Allows what the decision denies and keeps the denial in it. */
export function monitorDecision(decision: Decision): Decision {
  if (decision.effect === 'allow') return decision;
  const { reason, layer, rule, remedy } = decision;
  return {
    effect: 'allow',
    reason: 'monitored',
    ...(layer === undefined ? {} : { layer }),
    ...(rule === undefined ? {} : { rule }),
    denial: { reason, remedy },
  };
}

export function monitorNetwork(policy: Policy, request: NetworkRequest): Decision {
  const decision = decideNetwork(policy, request);
  return isUnderCeilings(policy, request) ? monitorDecision(decision) : decision;
}

export function monitorTcp(policy: Policy, request: Required<HostRequest>): Decision {
  const decision = decideTcp(policy, request);
  return isUnderCeilings(policy, request) ? monitorDecision(decision) : decision;
}

export function monitorHost(policy: Policy, { host, port }: HostRequest): Decision {
  const decision = decideHost(policy, { host, ...(port === undefined ? {} : { port }) });
  return isUnderCeilings(policy, { host }) ? monitorDecision(decision) : decision;
}
