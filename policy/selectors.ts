import type { PolicyDocument, SelectorFact } from './document';
import { matchesPattern } from './pattern';

/** What is known of the workspace and person a policy is chosen for. */
export interface SelectorFacts {
  readonly template?: string;
  readonly groups?: readonly string[];
  readonly user?: string;
  readonly organization?: string;
  readonly task?: string;
}

function valuesOf(fact: SelectorFact, facts: SelectorFacts): readonly (string | undefined)[] {
  switch (fact) {
    case 'templates':
      return [facts.template];
    case 'groups':
      return facts.groups ?? [];
    case 'users':
      return [facts.user];
    case 'organizations':
      return [facts.organization];
    case 'tasks':
      return [facts.task];
  }
}

/** Whether a layer applies: without selectors always, else when every fact named matches one of its patterns. */
export function layerApplies({ selectors }: PolicyDocument, facts: SelectorFacts): boolean {
  return Object.entries(selectors?.match ?? {}).every(([fact, patterns]) =>
    valuesOf(fact as SelectorFact, facts).some(
      (value) => value !== undefined && patterns.some((pattern) => matchesPattern(pattern, value)),
    ),
  );
}

/** The layers that apply, their selectors taken off, in order. */
export function selectLayers(
  layers: readonly PolicyDocument[],
  facts: SelectorFacts,
): readonly PolicyDocument[] {
  return layers
    .filter((layer) => layerApplies(layer, facts))
    .map(({ selectors: _selectors, ...layer }) => layer);
}
