import type { ServerConfig } from './config';
import { mcpWarnings } from './mcp-warnings';

/** What a configuration says that is lawful and probably a slip. */
export function configWarnings(config: ServerConfig): readonly string[] {
  return [...providerWarnings(config), ...mcpWarnings(config)];
}

/** Model rules for providers there are none of: they match nothing. */
function providerWarnings({ policies, providers }: ServerConfig): readonly string[] {
  const known = providers.map(({ name }) => name);
  const list = known.length === 0 ? 'none is configured' : `configured are ${known.join(', ')}`;
  return policies.flatMap(({ name: layer, models = {} }) =>
    (['allow', 'deny', 'ceiling'] as const).flatMap((key) =>
      (models[key] ?? []).flatMap((pattern) => {
        const [provider = '', ...model] = pattern.split('/');
        if (model.length === 0 || provider.includes('*') || known.includes(provider)) return [];
        return [
          `layer "${layer}": models.${key} names provider "${provider}" (${pattern}), which is none here; ${list}`,
        ];
      }),
    ),
  );
}
