import { compilePolicy, type CompiledPolicy } from '../compile';
import type { PolicyDocument } from '../document';

/** One request that was denied, as audited. */
export interface DeniedRequest {
  readonly method: string;
  readonly url: string;
}

/** A denied host of which no request was seen: by name (DNS, CONNECT, TLS), or with a port as raw TCP. */
export interface DeniedHost {
  readonly host: string;
  readonly port?: number;
}

export type Denied = DeniedRequest | DeniedHost;

/** One proposed rule. */
export interface Suggestion {
  /** Key of the network section it belongs to. */
  readonly section: 'allow' | 'tcp';
  readonly rule: string;
  /** How many of the denials it would have prevented, and the first of them. */
  readonly allows: number;
  readonly examples: readonly Denied[];
  /** Why the rule is wider than the requests, or undefined when it is not. */
  readonly generalised?: string;
}

/** A denial no rule of a layer below can mend, and why. */
export interface Unsuggested extends Why {
  readonly request: Denied;
  readonly count: number;
}

interface Why {
  readonly reason: string;
  readonly remedy: string;
}

export interface Suggestions {
  readonly suggestions: readonly Suggestion[];
  readonly unsuggested: readonly Unsuggested[];
}

/** Denials no rule below can mend, counted. */
export class Unmended {
  private readonly known = new Map<string, Unsuggested>();

  add(request: Denied, { reason, remedy }: Why): void {
    const key = JSON.stringify(request);
    const count = (this.known.get(key)?.count ?? 0) + 1;
    this.known.set(key, { request, count, reason, remedy });
  }

  /** The most frequent first. */
  all(): readonly Unsuggested[] {
    return [...this.known.values()].toSorted((one, other) => other.count - one.count);
  }
}

/** The layers with one more below that grants this. */
export function withGrant(
  layers: readonly PolicyDocument[],
  allow: readonly string[],
  tcp: readonly string[] = [],
): CompiledPolicy {
  const layer: PolicyDocument = {
    apiVersion: 'aigov/v1',
    name: 'suggested',
    network: { compat: 'strict', allow, tcp },
  };
  return compilePolicy([...layers, layer]);
}

export function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
