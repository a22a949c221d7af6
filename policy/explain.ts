import type { CompiledPolicy } from './compile';
import type { NetworkRequest } from './decide-network';
import { covers, forbids } from './network/match';
import { readTarget } from './network/target';

/** What one layer says of a network request. */
export interface LayerVoice {
  readonly layer: string;
  /** Its deny rule that hits. */
  readonly denies?: string;
  /** Its grant that covers the request. */
  readonly grants?: string;
  /** Its ceiling, which binds the layers below: the rule that covers the request, or that none does. */
  readonly ceiling?: { readonly covers: true; readonly rule: string } | { readonly covers: false };
}

/** What each layer says of the request, top first; empty when the URL cannot be read. */
export function explainNetwork(
  { network }: Pick<CompiledPolicy, 'network'>,
  { method, url }: NetworkRequest,
): readonly LayerVoice[] {
  const read = readTarget(network.compat, method, url);
  if (!read.ok) return [];
  const { target } = read;
  return network.layers.map(({ name, allow, deny, ceiling }) => {
    const denies = deny.find(target, (rule) => forbids(rule, target));
    const grants = allow.find(target, (rule) => covers(rule, target));
    const bound = ceiling?.find(target, (rule) => covers(rule, target));
    return {
      layer: name,
      ...(denies ? { denies: denies.text } : {}),
      ...(grants ? { grants: grants.text } : {}),
      ...(ceiling
        ? { ceiling: bound ? { covers: true, rule: bound.text } : { covers: false } }
        : {}),
    } satisfies LayerVoice;
  });
}
