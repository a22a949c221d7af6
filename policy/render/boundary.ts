import type { PolicyDocument } from '../document';
import { otherNetworkKeys, otherSections, type Rendered } from './rendered';

/** JSON texts are YAML texts. */
const quote = (value: unknown) => JSON.stringify(value);

function settingLines(settings: object): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    Array.isArray(value)
      ? [`${key}:`, ...value.map((item) => `  - ${quote(item)}`)]
      : value === undefined
        ? []
        : [`${key}: ${quote(value)}`],
  );
}

/**
 * Writes Coder's `config.yaml` (coder/boundary a549a7c) of one composed document: its grants and Coder's own settings.
 * Everything else is lost there, and so are the safer readings of `strict`.
 */
export function renderBoundary(document: PolicyDocument): Rendered {
  const { allow = [], boundary = {} } = document.network ?? {};
  const list =
    allow.length === 0
      ? ['allowlist: []']
      : ['allowlist:', ...allow.map((rule) => `  - ${quote(rule)}`)];
  return {
    text: `${[...list, ...settingLines(boundary)].join('\n')}\n`,
    lost: [...otherNetworkKeys(document, ['allow']), ...otherSections(document, ['network'])],
  };
}
