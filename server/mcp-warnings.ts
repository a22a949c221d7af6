import type { ServerConfig } from './config';

/** What policies say of MCP servers that are not configured: lawful, and probably a slip. */
export function mcpWarnings({ policies, mcpServers = [] }: ServerConfig): readonly string[] {
  const known = mcpServers.map(({ name }) => name);
  const list = known.length === 0 ? 'none is configured' : `configured are ${known.join(', ')}`;
  return policies.flatMap(({ name: layer, mcpServers: section = {} }) => {
    const named = [
      ...(section.allow ?? []).map((name) => ['allow', name] as const),
      ...(section.deny ?? []).map((name) => ['deny', name] as const),
      ...Object.keys(section.tools ?? {}).map((name) => ['tools', name] as const),
    ];
    return named
      .filter(([, name]) => !name.includes('*') && !known.includes(name))
      .map(
        ([key, name]) =>
          `layer "${layer}": mcpServers.${key} names "${name}", which is no MCP server here; ${list}`,
      );
  });
}
