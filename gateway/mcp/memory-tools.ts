import type { KnownTool, ToolStore } from './tool-pins';

/** Most tools kept of one server: a server that makes up names must not fill the memory. */
const MAX_TOOLS_OF_SERVER = 2000;

/** Remembers tools for as long as this process runs. */
export function createMemoryTools(): ToolStore {
  const servers = new Map<string, Map<string, KnownTool>>();
  return {
    find: (server, tool) => servers.get(server)?.get(tool),
    note(server, tool, { sha256 }, isApproved) {
      const tools = servers.get(server) ?? new Map<string, KnownTool>();
      servers.set(server, tools);
      const approvedSha256 = tools.get(tool)?.approvedSha256 ?? (isApproved ? sha256 : undefined);
      if (!tools.has(tool) && tools.size >= MAX_TOOLS_OF_SERVER) return;
      tools.set(tool, {
        seenSha256: sha256,
        ...(approvedSha256 === undefined ? {} : { approvedSha256 }),
      });
    },
  };
}
