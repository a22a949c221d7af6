import { decideShellText } from './commands';
import type { CompiledPolicy } from './compile';
import type { Decision } from './decision';
import { decidePatterns } from './decide-model';
import { findPattern } from './pattern';

/** One tool call. Arguments are hostile text. */
export interface ToolRequest {
  readonly name: string;
  readonly arguments?: unknown;
  /** The MCP server the tool belongs to; read from `mcp__server__tool` names when absent. */
  readonly server?: string;
  /** The command line among the arguments, where the caller knows the client's shell tool (clients/). */
  readonly shellCommand?: string;
  /** Where that command line would run. */
  readonly cwd?: string;
  readonly home?: string;
  readonly workdir?: string;
}

type Policy = Pick<CompiledPolicy, 'tools' | 'mcpServers' | 'commands'>;

/** `mcp__github__create_issue` is how clients spell tool `create_issue` of server `github`. */
function serverOf({ name, server }: ToolRequest): { server?: string; tool: string } {
  if (server !== undefined) return { server, tool: name };
  const match = /^mcp__(.+?)__(.+)$/.exec(name);
  return match ? { server: match[1] ?? '', tool: match[2] ?? '' } : { tool: name };
}

function toolDenial(layer: string, rule: string, place: string): Decision {
  const remedy = `Remove "${rule}" from ${place} of layer "${layer}"; no grant overrides it.`;
  return { effect: 'deny', reason: 'tool_denied', layer, rule, remedy };
}

function deniedByName({ tools }: Policy, names: readonly string[]): Decision | undefined {
  for (const { name: layer, deny = [] } of tools.layers) {
    const rule = names.map((name) => findPattern(deny, name)).find((found) => found !== undefined);
    if (rule !== undefined) return toolDenial(layer, rule, 'tools.deny');
  }
  return undefined;
}

/** Rules for one server's tools; every layer that lists `allow` for the server must list the tool. */
function deniedOnServer(
  { mcpServers }: Policy,
  server: string,
  tool: string,
): Decision | undefined {
  for (const { name: layer, tools = {} } of mcpServers.layers) {
    const rules = Object.hasOwn(tools, server) ? tools[server] : undefined;
    const place = `mcpServers.tools.${server}`;
    const denied = findPattern(rules?.deny ?? [], tool);
    if (denied !== undefined) return toolDenial(layer, denied, `${place}.deny`);
    if (rules?.allow && findPattern(rules.allow, tool) === undefined) {
      const remedy = `Add "${tool}" to ${place}.allow of layer "${layer}".`;
      return { effect: 'deny', reason: 'tool_denied', layer, remedy };
    }
  }
  return undefined;
}

/** Decides whether an MCP server may be used at all. Pure. */
export function decideMcpServer(policy: Pick<Policy, 'mcpServers'>, server: string): Decision {
  const section = { key: 'mcpServers', miss: 'mcp_server_not_allowed' } as const;
  return decidePatterns(policy.mcpServers.layers, server, section);
}

function decideArguments(policy: Policy, request: ToolRequest): Decision | undefined {
  const { shellCommand, cwd, home, workdir } = request;
  if (policy.tools.shell !== 'guard' || shellCommand === undefined) return undefined;
  const place = {
    ...(cwd === undefined ? {} : { cwd }),
    ...(home === undefined ? {} : { home }),
    ...(workdir === undefined ? {} : { workdir }),
  };
  const { decision } = decideShellText(policy, { text: shellCommand, ...place });
  return decision.effect === 'deny' || decision.reason === 'monitored' ? decision : undefined;
}

/** Decides one tool call: the tool by name, its MCP server, and with `tools.shell: guard` its command line. Pure. */
export function decideTool(policy: Policy, request: ToolRequest): Decision {
  const { server, tool } = serverOf(request);
  const denied = deniedByName(policy, [...new Set([request.name, tool])]);
  if (denied) return denied;
  if (server !== undefined) {
    const onServer = decideMcpServer(policy, server);
    if (onServer.effect === 'deny') return onServer;
    const onTool = deniedOnServer(policy, server, tool);
    if (onTool) return onTool;
    return decideArguments(policy, request) ?? onServer;
  }
  return decideArguments(policy, request) ?? { effect: 'allow', reason: 'no_rule_denies' };
}

/**
 * MCP servers a policy allows by name, sorted. What it allows by a pattern only cannot be listed. Pure.
 */
export function listedMcpServers({ mcpServers }: Pick<Policy, 'mcpServers'>): readonly string[] {
  const names = mcpServers.layers.flatMap(({ allow = [] }) => allow);
  const plain = [...new Set(names)].filter((name) => !name.includes('*'));
  return plain.filter((name) => decideMcpServer({ mcpServers }, name).effect === 'allow').sort();
}
