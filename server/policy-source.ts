import type { Caller } from '../gateway';
import { compilePolicy, selectLayers, type CompiledPolicy, type PolicyDocument } from '../policy';

/**
 * The policy that holds for a caller: layers with selectors count only where they match. Compiled once per set of
 * layers. Throws AigovErrors for a layer that does not compile.
 */
export function createPolicySource(
  layers: readonly PolicyDocument[],
): (caller: Caller) => CompiledPolicy {
  const whole = compilePolicy(layers.map(withoutSelectors));
  if (layers.every(({ selectors }) => selectors === undefined)) return () => whole;
  const compiled = new Map<string, CompiledPolicy>();
  return ({ identity, context }) => {
    const selected = selectLayers(layers, {
      user: identity.user,
      ...(identity.groups === undefined ? {} : { groups: identity.groups }),
      ...(identity.organization === undefined ? {} : { organization: identity.organization }),
      ...(context === undefined ? {} : { template: context.workspace.templateName }),
      ...(context?.taskId === undefined ? {} : { task: context.taskId }),
    });
    const key = selected.map(({ name }) => name).join('\n');
    const known = compiled.get(key) ?? compilePolicy(selected);
    compiled.set(key, known);
    return known;
  };
}

function withoutSelectors({ selectors: _selectors, ...layer }: PolicyDocument): PolicyDocument {
  return layer;
}
