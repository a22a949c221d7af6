import { jsonFile, PLACEHOLDER_KEY, type ClientDefinition } from './client';
import { mcpEntries } from './mcp-servers';

const SETTINGS = {
  // without the auth type: exit 41, "Invalid auth method"
  security: { auth: { selectedType: 'gemini-api-key' } },
  privacy: { usageStatisticsEnabled: false },
};

/** Gemini CLI. Facts recorded from 0.61.0 on 2026-11-20. */
export const geminiCli: ClientDefinition = {
  id: 'gemini-cli',
  displayName: 'Gemini CLI',
  commands: ['gemini'],
  env: ({ baseUrl }) => ({
    GOOGLE_GEMINI_BASE_URL: `${baseUrl}/gemini`,
    GEMINI_API_KEY: PLACEHOLDER_KEY,
  }),
  configFiles(gateway) {
    // `url` would mean the transport MCP has given up
    const mcpServers = mcpEntries(gateway, ({ url, headers }) => ({ httpUrl: url, headers }));
    return [
      jsonFile('~/.gemini/settings.json', { ...SETTINGS, ...(mcpServers && { mcpServers }) }),
    ];
  },
  signature: { userAgents: ['geminicli'] },
  shellTools: { run_shell_command: 'command' },
  telemetryHosts: ['play.googleapis.com'],
};
