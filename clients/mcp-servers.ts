import { PLACEHOLDER_KEY, type GatewayAddress } from './client';

/** Where a client finds one MCP server, and what proves that it is no web page. */
export interface McpEntry {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A client's entries by server name, each in the client's own form. Undefined: there are none. */
export function mcpEntries(
  { baseUrl, mcpServers = [] }: GatewayAddress,
  entryOf: (entry: McpEntry) => object,
): Readonly<Record<string, object>> | undefined {
  const headers = { Authorization: `Bearer ${PLACEHOLDER_KEY}` };
  const entries = mcpServers.map((name) => [
    name,
    entryOf({ url: `${baseUrl}/mcp/${name}`, headers }),
  ]);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Record<string, object>);
}
