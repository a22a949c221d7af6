import { jsonFile, PLACEHOLDER_KEY, type ClientDefinition } from './client';
import { mcpEntries } from './mcp-servers';

const SETTINGS = {
  security: { auth: { selectedType: 'openai' } },
  privacy: { usageStatisticsEnabled: false },
};

/** Qwen Code. Facts recorded from 0.15.10 on 2026-11-20. */
export const qwenCode: ClientDefinition = {
  id: 'qwen-code',
  displayName: 'Qwen Code',
  commands: ['qwen'],
  env: ({ baseUrl }) => ({
    OPENAI_BASE_URL: `${baseUrl}/openai/v1`,
    OPENAI_API_KEY: PLACEHOLDER_KEY,
  }),
  // its statistics name the configured base URL and model to their host
  configFiles(gateway) {
    // `url` would mean the transport MCP has given up
    const mcpServers = mcpEntries(gateway, ({ url, headers }) => ({ httpUrl: url, headers }));
    return [jsonFile('~/.qwen/settings.json', { ...SETTINGS, ...(mcpServers && { mcpServers }) })];
  },
  signature: { userAgents: ['qwencode/'] },
  shellTools: { run_shell_command: 'command' },
  telemetryHosts: ['gb4w8c3ygj-default-sea.rum.aliyuncs.com'],
};
