import { otherSections, type PolicyDocument } from '../policy';
import { isPlainWords, splitLiteral, type RenderedClientPolicy } from './rendered-policy';

/** System settings of Gemini CLI (0.61): excluded tools and command prefixes, allowed MCP servers. */
export function renderGeminiCliPolicy(document: PolicyDocument): RenderedClientPolicy {
  const { tools = {}, mcpServers = {}, commands } = document;
  const names = splitLiteral(tools.deny ?? [], 'tools.deny');
  const allow = mcpServers.allow && splitLiteral(mcpServers.allow, 'mcpServers.allow');
  const deny = splitLiteral(mcpServers.deny ?? [], 'mcpServers.deny');
  const rules = commands?.deny ?? [];
  const plain = rules.filter(({ argv }) => isPlainWords(argv));
  const exclude = [
    ...names.literal,
    ...plain.map(({ argv }) => `run_shell_command(${argv.join(' ')})`),
  ];
  const mcp = {
    ...(allow ? { allowed: allow.literal } : {}),
    ...(deny.literal.length > 0 ? { excluded: deny.literal } : {}),
  };
  return {
    path: '/etc/gemini-cli/settings.json',
    text: `${JSON.stringify({ tools: { exclude }, ...(Object.keys(mcp).length > 0 ? { mcp } : {}) }, null, 2)}\n`,
    lost: [
      ...names.lost,
      ...(allow?.lost ?? []),
      ...deny.lost,
      ...rules
        .filter((rule) => !plain.includes(rule))
        .map(({ id }) => `commands.deny "${id}" (pattern)`),
      ...(mcpServers.tools ? ['mcpServers.tools'] : []),
      ...(tools.shell === 'guard' ? ['tools.shell'] : []),
      ...(commands?.mode || commands?.disable ? ['commands.mode'] : []),
      ...otherSections(document, ['tools', 'mcpServers', 'commands']),
    ],
  };
}
