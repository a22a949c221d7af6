import { otherSections, type PolicyDocument } from '../policy';
import {
  isPlainWords,
  quoteToml,
  splitLiteral,
  type RenderedClientPolicy,
} from './rendered-policy';

type Fields = Readonly<Record<string, string>>;

/** Above everything the user or the client itself says (its admin tier). */
const PRIORITY = 999;

function denyRule(fields: Fields): string {
  const lines = Object.entries(fields).map(([key, value]) => `${key} = ${quoteToml(value)}\n`);
  return `[[rule]]\n${lines.join('')}decision = "deny"\npriority = ${PRIORITY}\n`;
}

/** Names with underscores are split wrongly by Gemini CLI (its docs: "will misinterpret the server identity"). */
const isServerName = (name: string) => !name.includes('_');

interface Rules {
  readonly rules: readonly Fields[];
  readonly lost: readonly string[];
}

function commandRules({ commands }: PolicyDocument): Rules {
  const all = commands?.deny ?? [];
  const plain = all.filter(({ argv }) => isPlainWords(argv));
  return {
    rules: plain.map(({ id, argv, reason }) => ({
      commandPrefix: argv.join(' '),
      toolName: 'run_shell_command',
      denyMessage: reason ?? `refused by policy rule ${id}`,
    })),
    lost: all
      .filter((rule) => !plain.includes(rule))
      .map(({ id }) => `commands.deny "${id}" (pattern)`),
  };
}

function serverRules({ mcpServers = {} }: PolicyDocument): Rules {
  const { allow, tools = {} } = mcpServers;
  const denied = splitLiteral(mcpServers.deny ?? [], 'mcpServers.deny');
  const perServer = Object.entries(tools).map(([server, lists]) => {
    const place = `mcpServers.tools.${server}`;
    const { literal, lost } = splitLiteral(lists.deny ?? [], `${place}.deny`);
    return {
      rules: literal.map((toolName) => ({ mcpName: server, toolName })),
      lost: [...lost, ...(lists.allow ? [`${place}.allow`] : [])],
    };
  });
  const rules = [
    // an empty list of allowed servers means all to the client
    ...(allow?.length === 0 ? [{ mcpName: '*', toolName: '*' }] : []),
    ...denied.literal.map((mcpName) => ({ mcpName })),
    ...perServer.flatMap((each) => each.rules),
  ];
  const lost = [...denied.lost, ...perServer.flatMap((each) => each.lost)];
  const [named, misread] = [
    rules.filter(({ mcpName }) => isServerName(mcpName)),
    rules.filter(({ mcpName }) => !isServerName(mcpName)),
  ];
  return {
    rules: named,
    lost: [
      ...lost,
      ...new Set(misread.map(({ mcpName }) => `mcpServers "${mcpName}" (underscore)`)),
    ],
  };
}

function settings(allow: readonly string[]): { readonly path: string; readonly text: string } {
  const text = `${JSON.stringify({ mcp: { allowed: allow } }, null, 2)}\n`;
  return { path: '/etc/gemini-cli/settings.json', text };
}

/**
 * Admin policy of Gemini CLI (0.61): tools, command prefixes and MCP servers it refuses in every mode. Which servers may
 * run at all is a setting, hence a second file where the policy lists them. `tools.exclude` would not do: it takes
 * `run_shell_command(git push)` for a tool's name.
 */
export function renderGeminiCliPolicy(document: PolicyDocument): RenderedClientPolicy {
  const { tools = {}, mcpServers = {}, commands } = document;
  const names = splitLiteral(tools.deny ?? [], 'tools.deny');
  const allow = splitLiteral(mcpServers.allow ?? [], 'mcpServers.allow');
  const command = commandRules(document);
  const servers = serverRules(document);
  const rules = [
    ...names.literal.map((toolName) => ({ toolName })),
    ...command.rules,
    ...servers.rules,
  ];
  return {
    path: '/etc/gemini-cli/policies/aigov.toml',
    text: rules.map(denyRule).join('\n'),
    ...(allow.literal.length > 0 ? { also: settings(allow.literal) } : {}),
    lost: [
      ...names.lost,
      ...allow.lost,
      ...command.lost,
      ...servers.lost,
      ...(tools.shell === 'guard' ? ['tools.shell'] : []),
      ...(commands?.mode || commands?.disable ? ['commands.mode'] : []),
      ...otherSections(document, ['tools', 'mcpServers', 'commands']),
    ],
  };
}
