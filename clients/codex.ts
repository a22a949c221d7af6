import { PLACEHOLDER_KEY, type ClientDefinition, type GatewayAddress } from './client';
import { mcpEntries } from './mcp-servers';

/** OpenAI Codex CLI. Facts recorded from 0.169.0 on 2026-11-20. */
export const codex: ClientDefinition = {
  id: 'codex',
  displayName: 'Codex',
  commands: ['codex'],
  env: () => ({ OPENAI_API_KEY: PLACEHOLDER_KEY }),
  // OPENAI_BASE_URL is ignored; only the file moves it. WebSockets off: the relay speaks plain HTTP
  configFiles: (gateway) => [
    {
      path: '~/.codex/config.toml',
      merge: 'toml',
      text: `model_provider = "aigov"

[model_providers.aigov]
name = "aigov"
base_url = "${gateway.baseUrl}/openai/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
supports_websockets = false

[analytics]
enabled = false

[features]
plugins = false
${mcpTables(gateway)}`,
    },
  ],
  signature: {
    userAgents: ['codex'],
    sessionHeaders: ['session-id', 'session_id', 'thread-id'],
    sessionInBody: ({ client_metadata }) =>
      (client_metadata as { session_id?: string } | null)?.session_id,
  },
  shellTools: {
    exec_command: 'cmd',
    shell: 'command',
    shell_command: 'command',
    local_shell: 'command',
  },
  telemetryHosts: ['ab.chatgpt.com', 'chatgpt.com', 'github.com', 'api.github.com'],
};

function mcpTables(gateway: GatewayAddress): string {
  const tables = mcpEntries(gateway, ({ url, headers }) => [
    `url = ${JSON.stringify(url)}`,
    `http_headers = { Authorization = ${JSON.stringify(headers['Authorization'])} }`,
  ]);
  return Object.entries(tables ?? {})
    .map(([name, lines]) => `\n[mcp_servers.${name}]\n${(lines as string[]).join('\n')}\n`)
    .join('');
}
