import type { PolicyDocument } from '../document';

/** A policy in another system's words. */
export interface Rendered {
  readonly text: string;
  /** Keys, with values where that helps, which that system cannot express. Empty: nothing was lost. */
  readonly lost: readonly string[];
}

const NO_MEANING = new Set(['apiVersion', 'name', 'description', 'selectors']);

/** Keys of the document that hold something and are not among those the renderer speaks of. */
export function otherSections(
  document: PolicyDocument,
  spoken: readonly string[],
): readonly string[] {
  return Object.entries(document)
    .filter(
      ([key, value]) => !NO_MEANING.has(key) && !spoken.includes(key) && holdsSomething(value),
    )
    .map(([key]) => key);
}

/** Network keys that hold something and are not among those the renderer speaks of. A ceiling binds nobody here. */
export function otherNetworkKeys(
  { network = {} }: PolicyDocument,
  spoken: readonly string[],
): readonly string[] {
  return Object.entries(network)
    .filter(
      ([key, value]) =>
        !['compat', 'ceiling', 'boundary', ...spoken].includes(key) && holdsSomething(value),
    )
    .map(([key]) => `network.${key}`);
}

function holdsSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'object' && value !== null
    ? Object.values(value).some(holdsSomething)
    : value !== undefined;
}
