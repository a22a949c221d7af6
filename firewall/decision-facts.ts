import type { JsonValue } from '../audit';
import type { Decision } from '../policy';

/** A decision as every record of the firewall shows it (docs/records.md). */
export function decisionFacts(decision: Decision): Record<string, JsonValue | undefined> {
  const { effect, reason, layer, rule } = decision;
  return {
    effect,
    reason,
    ...(layer === undefined ? {} : { layer }),
    ...(rule === undefined ? {} : { rule }),
    ...(decision.effect === 'deny' ? { remedy: decision.remedy } : {}),
    ...(decision.effect === 'allow' && decision.denial !== undefined
      ? { denial: decision.denial }
      : {}),
  };
}
