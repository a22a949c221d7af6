import { lookup } from 'node:dns/promises';
import type { Decision } from '../../policy';
import type { EgressDecisions } from './decisions';
import { errorCode } from './error-code';
import { canonicalAddress, isAddress } from './host';

/** Finds the addresses of a host, outside the jail. Rejects when there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** How long an answer is used again. Short: what matters is that a connection goes to a vetted address. */
const CACHE_MS = 5_000;
const MAX_CACHED_HOSTS = 1_024;

type Denial = Extract<Decision, { effect: 'deny' }>;

export type Vetting =
  /** `monitored`: some of the addresses would be denied if the policy did not only monitor. */
  | {
      readonly kind: 'addresses';
      readonly addresses: readonly string[];
      readonly monitored?: Decision;
    }
  | { readonly kind: 'denied'; readonly decision: Denial }
  /** `cause`: the resolver's code, such as ENOTFOUND. */
  | { readonly kind: 'unresolved'; readonly cause: string };

/**
 * Resolves a host and lets the policy judge every address. The caller connects to exactly the addresses given here,
 * so a name cannot be rebound to a private address between the check and the connection.
 */
export type AddressGuard = (host: string) => Promise<Vetting>;

/** The system's resolver, in its order. */
export const resolveBySystem: Resolve = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

interface Answer {
  readonly untilMs: number;
  readonly addresses: Promise<readonly string[]>;
}

/** Callers that ask at the same time share one question; failures are not kept. */
function cached(resolve: Resolve, clock: () => number): Resolve {
  const answers = new Map<string, Answer>();
  return (host) => {
    const nowMs = clock();
    const known = answers.get(host);
    if (known !== undefined && nowMs < known.untilMs && known.untilMs - nowMs <= CACHE_MS) {
      return known.addresses;
    }
    const addresses = resolve(host).then((found) => found.filter(isAddress).map(canonicalAddress));
    addresses.catch(() => answers.delete(host));
    answers.delete(host);
    answers.set(host, { untilMs: nowMs + CACHE_MS, addresses });
    for (const oldest of answers.keys()) {
      if (answers.size <= MAX_CACHED_HOSTS) break;
      answers.delete(oldest);
    }
    return addresses;
  };
}

/** What a record shows of an allowed thing: the first denial that was only monitored, of its target or its addresses. */
export function recordedDecision(decision: Decision, vetting: Vetting): Decision {
  if (decision.effect === 'allow' && decision.denial !== undefined) return decision;
  return vetting.kind === 'addresses' ? (vetting.monitored ?? decision) : decision;
}

export function createAddressGuard(
  decisions: Pick<EgressDecisions, 'decideAddress'>,
  resolve: Resolve = resolveBySystem,
  clock: () => number = Date.now,
  isResolvedElsewhere: (host: string) => boolean = () => false,
): AddressGuard {
  const ask = cached(resolve, clock);

  const judge = (host: string, found: readonly string[]): Vetting => {
    let denial: Denial | undefined;
    let monitored: Decision | undefined;
    const allowed = found.filter((address) => {
      const decision = decisions.decideAddress({ host, address });
      if (decision.effect === 'deny') denial ??= decision;
      else if (decision.denial !== undefined) monitored ??= decision;
      return decision.effect === 'allow';
    });
    if (allowed.length > 0)
      return {
        kind: 'addresses',
        addresses: allowed,
        ...(monitored === undefined ? {} : { monitored }),
      };
    return denial === undefined
      ? { kind: 'unresolved', cause: 'ENODATA' }
      : { kind: 'denied', decision: denial };
  };

  return async (host) => {
    if (isAddress(host)) return judge(host, [host]);
    if (isResolvedElsewhere(host)) return { kind: 'addresses', addresses: [] };
    try {
      return judge(host, await ask(host));
    } catch (error) {
      return { kind: 'unresolved', cause: errorCode(error) };
    }
  };
}
