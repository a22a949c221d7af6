import { jsonFile, PLACEHOLDER_KEY, type ClientDefinition } from './client';
import { mcpEntries } from './mcp-servers';

/**
 * GitHub Copilot CLI with its own-provider switches; needs no GitHub login then. The user names a model in
 * `COPILOT_MODEL`. Facts recorded from 1.0.102 on 2026-11-20.
 */
export const copilotCli: ClientDefinition = {
  id: 'copilot-cli',
  displayName: 'Copilot CLI',
  commands: ['copilot'],
  env: ({ baseUrl }) => ({
    COPILOT_PROVIDER_BASE_URL: `${baseUrl}/anthropic`,
    COPILOT_PROVIDER_TYPE: 'anthropic',
    COPILOT_PROVIDER_BEARER_TOKEN: PLACEHOLDER_KEY,
    COPILOT_OFFLINE: 'true',
  }),
  configFiles(gateway) {
    const mcpServers = mcpEntries(gateway, (entry) => ({ type: 'http', ...entry, tools: ['*'] }));
    return mcpServers === undefined ? [] : [jsonFile('~/.copilot/mcp-config.json', { mcpServers })];
  },
  // its user agent is that of the SDK inside (`OpenAI/JS`, `Anthropic/JS`)
  signature: {
    userAgents: ['copilot/'],
    headers: ['x-initiator'],
    sessionHeaders: ['x-client-session-id'],
  },
  shellTools: { bash: 'command' },
  telemetryHosts: ['api.github.com'],
};
