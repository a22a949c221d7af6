import type { CompiledPolicy } from './compile';
import type { Decision } from './decision';
import { findPattern } from './pattern';

/** One model request, by provider name and model id. */
export interface ModelRequest {
  readonly provider: string;
  readonly model: string;
}

/** One layer's say in a section with allow, deny and ceiling. */
export interface PatternLayer {
  readonly name: string;
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  readonly ceiling?: readonly string[];
}

type PatternDenial = Extract<Decision, { effect: 'deny' }>['reason'];

/** Where a pattern list lives, for remedies, and the reason a miss has. */
interface Section {
  readonly key: 'models' | 'mcpServers';
  readonly miss: PatternDenial;
}

function forbidden(
  layers: readonly PatternLayer[],
  name: string,
  { key }: Section,
): Decision | undefined {
  for (const layer of layers) {
    const rule = findPattern(layer.deny ?? [], name);
    if (rule !== undefined) {
      const remedy = `Remove "${rule}" from ${key}.deny of layer "${layer.name}"; no grant overrides it.`;
      return { effect: 'deny', reason: 'denied_by_rule', layer: layer.name, rule, remedy };
    }
  }
  return undefined;
}

function outsideCeiling(
  bound: PatternLayer,
  name: string,
  rule: string | undefined,
  { key }: Section,
): Decision {
  const remedy =
    `No layer below "${bound.name}" can allow this: its ${key}.ceiling does not cover it. ` +
    `Only the owner of layer "${bound.name}" can, by adding "${name}" to its ${key}.allow.`;
  return {
    effect: 'deny',
    reason: 'outside_ceiling',
    layer: bound.name,
    ...(rule === undefined ? {} : { rule }),
    remedy,
  };
}

/** Denies first; then the first grant under every ceiling above it; where no layer grants anything, all within the ceilings. */
export function decidePatterns(
  layers: readonly PatternLayer[],
  name: string,
  section: Section,
): Decision {
  const denial = forbidden(layers, name, section);
  if (denial) return denial;
  const isRestricted = layers.some(({ allow }) => allow !== undefined);
  let bound: PatternLayer | undefined;
  let cut: string | undefined;
  for (const layer of layers) {
    const rule = findPattern(layer.allow ?? [], name);
    if (rule !== undefined && !bound)
      return { effect: 'allow', reason: 'rule_matched', layer: layer.name, rule };
    cut ??= rule;
    if (layer.ceiling && findPattern(layer.ceiling, name) === undefined) bound ??= layer;
  }
  if (bound && (cut !== undefined || !isRestricted))
    return outsideCeiling(bound, name, cut, section);
  if (!isRestricted) return { effect: 'allow', reason: 'unrestricted' };
  return { effect: 'deny', reason: section.miss, remedy: missRemedy(layers, bound, name, section) };
}

function missRemedy(
  layers: readonly PatternLayer[],
  bound: PatternLayer | undefined,
  name: string,
  { key }: Section,
): string {
  const owner = bound?.name ?? layers.findLast(({ allow }) => allow !== undefined)?.name ?? '';
  const why = bound ? ` (a layer below cannot: its ${key}.ceiling does not cover it)` : '';
  return `Add "${name}" to ${key}.allow of layer "${owner}"${why}.`;
}

/** Decides one model request against `models`, as `provider/model`. Pure. */
export function decideModel(
  { models }: Pick<CompiledPolicy, 'models'>,
  { provider, model }: ModelRequest,
): Decision {
  return decidePatterns(models.layers, `${provider}/${model}`, {
    key: 'models',
    miss: 'model_not_allowed',
  });
}
