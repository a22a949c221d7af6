import { otherSections, type PolicyDocument } from '../policy';
import { isPlainWords, splitLiteral, type RenderedClientPolicy } from './rendered-policy';

/** Path rules of Claude Code: `//` is the root, `~/` the home, anything else the project. */
function pathRules(tools: readonly string[], paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const spelled = path.startsWith('/')
      ? `/${path}`
      : path.replace(/^\$WORKDIR\/?/, './').replace(/^\$HOME(?=\/|$)/, '~');
    const base = spelled.replace(/\/+$/, '');
    return tools.flatMap((tool) => [`${tool}(${base})`, `${tool}(${base}/**)`]);
  });
}

function commandRules({ commands }: PolicyDocument): {
  rules: readonly string[];
  lost: readonly string[];
} {
  const rules: string[] = [];
  const lost: string[] = [];
  for (const { id, argv } of commands?.deny ?? []) {
    if (isPlainWords(argv)) rules.push(`Bash(${argv.join(' ')}:*)`);
    else lost.push(`commands.deny "${id}" (pattern)`);
  }
  return { rules, lost };
}

function serverToolRules({ mcpServers }: PolicyDocument): {
  rules: readonly string[];
  lost: readonly string[];
} {
  const rules: string[] = [];
  const lost: string[] = [];
  for (const [server, { allow, deny = [] }] of Object.entries(mcpServers?.tools ?? {})) {
    const split = splitLiteral(deny, `mcpServers.tools.${server}.deny`);
    rules.push(...split.literal.map((tool) => `mcp__${server}__${tool}`));
    lost.push(...split.lost, ...(allow ? [`mcpServers.tools.${server}.allow`] : []));
  }
  return { rules, lost };
}

function serverSettings({ mcpServers = {} }: PolicyDocument): {
  settings: object;
  lost: readonly string[];
} {
  const allow = mcpServers.allow && splitLiteral(mcpServers.allow, 'mcpServers.allow');
  const deny = splitLiteral(mcpServers.deny ?? [], 'mcpServers.deny');
  const named = (names: readonly string[]) => names.map((serverName) => ({ serverName }));
  return {
    settings: {
      ...(allow
        ? { allowManagedMcpServersOnly: true, allowedMcpServers: named(allow.literal) }
        : {}),
      ...(deny.literal.length > 0 ? { deniedMcpServers: named(deny.literal) } : {}),
    },
    lost: [...(allow?.lost ?? []), ...deny.lost],
  };
}

/**
 * Managed settings of Claude Code (2.1.328): tools, commands, files and MCP servers. They bind the client, not the
 * programs it starts; the jail does that.
 */
export function renderClaudeCodePolicy(document: PolicyDocument): RenderedClientPolicy {
  const { files = {}, tools = {}, commands } = document;
  const toolNames = splitLiteral(tools.deny ?? [], 'tools.deny');
  const command = commandRules(document);
  const serverTools = serverToolRules(document);
  const servers = serverSettings(document);
  const deny = [
    ...toolNames.literal,
    ...command.rules,
    ...serverTools.rules,
    ...pathRules(['Read', 'Edit'], files.hidden ?? []),
    ...pathRules(['Edit'], files.readOnly ?? []),
  ];
  const unsaid = [
    ...(files.writable ? ['files.writable'] : []),
    ...(tools.shell === 'guard' ? ['tools.shell'] : []),
    ...(commands?.mode || commands?.disable ? ['commands.mode'] : []),
  ];
  return {
    path: '/etc/claude-code/managed-settings.json',
    text: `${JSON.stringify({ permissions: { deny }, ...servers.settings }, null, 2)}\n`,
    lost: [
      ...toolNames.lost,
      ...command.lost,
      ...serverTools.lost,
      ...servers.lost,
      ...unsaid,
      ...otherSections(document, ['files', 'tools', 'commands', 'mcpServers']),
    ],
  };
}
