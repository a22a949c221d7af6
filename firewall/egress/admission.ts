import type { Decision } from '../../policy';
import { recordedDecision, type AddressGuard, type Vetting } from './address-guard';
import type { AuditTrail, DecidedThing, OpenThing } from './audit-trail';
import type { Connection } from './connection';
import type { EgressDecisions } from './decisions';
import { recordedUrl } from './recorded-url';
import { type RequestHead, resolveTarget, type Target, type TargetResult } from './target';

type Denial = Extract<Decision, { effect: 'deny' }>;

/** What becomes of one request. Denials are recorded already, admitted requests are opened. */
export type Admission =
  | { readonly kind: 'denied'; readonly url: string; readonly decision: Denial }
  /** Allowed, but cannot be recorded and must be. */
  | { readonly kind: 'blocked' }
  | {
      readonly kind: 'admitted';
      readonly target: Target;
      readonly vetting: Exclude<Vetting, { kind: 'denied' }>;
      readonly thing: OpenThing;
    };

export interface AdmissionParts {
  readonly decisions: EgressDecisions;
  readonly guard: AddressGuard;
  readonly trail: AuditTrail;
}

/** Facts of one request as its records show them. */
function requestFacts(
  connection: Connection,
  head: RequestHead,
  protocol: string,
  where: { url: string; host: string; port: number },
): DecidedThing['data'] {
  return {
    protocol,
    method: head.method,
    url: recordedUrl(where.url),
    host: where.host,
    port: where.port,
    isInspected: true,
    ...(connection.serverName === undefined ? {} : { serverName: connection.serverName }),
  };
}

/** Where no rule allows the other host that a request names, that is the reason a reader can act on. */
function actionable(
  decisions: EgressDecisions,
  method: string,
  { decision, otherUrl }: Extract<TargetResult, { kind: 'refused' }>,
): Denial {
  if (otherUrl === undefined) return decision;
  const other = decisions.decideNetwork({ method, url: otherUrl });
  const isMissingRule = other.effect === 'deny' && other.reason === 'no_rule_matched';
  return isMissingRule ? other : decision;
}

/**
 * Decides one request: where it goes, whether a rule allows it, whether the addresses behind the name are allowed;
 * then records it.
 */
export async function admitRequest(
  { decisions, guard, trail }: AdmissionParts,
  connection: Connection,
  head: RequestHead,
  protocol: string,
): Promise<Admission> {
  const { session, process } = connection;
  const deny = async (
    decision: Denial,
    where: { url: string; host: string; port: number },
  ): Promise<Admission> => {
    const data = requestFacts(connection, head, protocol, where);
    await trail.event({ kind: 'egress', session, process, decision, data });
    return { kind: 'denied', url: where.url, decision };
  };

  const resolved = resolveTarget(connection, head);
  if (resolved.kind === 'refused') {
    const { host, port } = connection;
    const decision = actionable(decisions, head.method, resolved);
    return deny(decision, { url: resolved.claimedUrl, host, port });
  }
  const { target } = resolved;
  const decision = decisions.decideNetwork({ method: head.method, url: target.url });
  if (decision.effect === 'deny') return deny(decision, target);
  const vetting = await guard(target.host);
  if (vetting.kind === 'denied') return deny(vetting.decision, target);
  const data = requestFacts(connection, head, protocol, target);
  const thing = await trail.open({
    kind: 'egress',
    session,
    process,
    decision: recordedDecision(decision, vetting),
    data,
  });
  return thing === 'blocked' ? { kind: 'blocked' } : { kind: 'admitted', target, vetting, thing };
}
