import { otherSections, type PolicyDocument } from '../policy';
import type { RenderedClientPolicy } from './rendered-policy';

/** Settings of OpenCode (1.18): commands by pattern (the last match counts), tools switched off. */
export function renderOpencodePolicy(document: PolicyDocument): RenderedClientPolicy {
  const { tools = {}, mcpServers = {}, commands } = document;
  const denied = (commands?.deny ?? []).flatMap(({ argv }) => [
    argv.join(' '),
    `${argv.join(' ')} *`,
  ]);
  const bash = Object.fromEntries([['*', 'allow'], ...denied.map((line) => [line, 'deny'])]);
  const serverTools = Object.entries(mcpServers.tools ?? {}).flatMap(([server, { deny = [] }]) =>
    deny.map((tool) => `${server}_${tool}`),
  );
  const servers = (mcpServers.deny ?? []).map((server) => `${server}_*`);
  const off = [...(tools.deny ?? []).map((name) => name.toLowerCase()), ...serverTools, ...servers];
  const settings = {
    $schema: 'https://opencode.ai/config.json',
    permission: { bash },
    ...(off.length > 0 ? { tools: Object.fromEntries(off.map((name) => [name, false])) } : {}),
  };
  const allowsTools = Object.values(mcpServers.tools ?? {}).some(({ allow }) => allow);
  return {
    path: '/etc/opencode/opencode.json',
    text: `${JSON.stringify(settings, null, 2)}\n`,
    lost: [
      ...(mcpServers.allow ? ['mcpServers.allow'] : []),
      ...(allowsTools ? ['mcpServers.tools allow'] : []),
      ...(tools.shell === 'guard' ? ['tools.shell'] : []),
      ...(commands?.mode || commands?.disable ? ['commands.mode'] : []),
      ...otherSections(document, ['tools', 'mcpServers', 'commands']),
    ],
  };
}
