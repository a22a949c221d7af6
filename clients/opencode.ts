import { jsonFile, PLACEHOLDER_KEY, type ClientDefinition } from './client';
import { mcpEntries } from './mcp-servers';

/** OpenCode. Facts recorded from 1.18.33 on 2026-11-20. No switch stops its request to the npm registry. */
export const opencode: ClientDefinition = {
  id: 'opencode',
  displayName: 'OpenCode',
  commands: ['opencode'],
  env: () => ({ OPENCODE_DISABLE_MODELS_FETCH: '1' }),
  configFiles(gateway) {
    // without `oauth: false` it looks for a login of its own
    const mcp = mcpEntries(gateway, (entry) => ({ type: 'remote', ...entry, oauth: false }));
    const settings = { provider: providers(gateway.baseUrl), ...(mcp && { mcp }) };
    return [jsonFile('~/.config/opencode/opencode.json', settings)];
  },
  signature: {
    userAgents: ['opencode/'],
    sessionHeaders: ['x-opencode-session', 'x-session-affinity', 'x-session-id', 'session-id'],
  },
  shellTools: { bash: 'command' },
  telemetryHosts: ['models.opencode.ai', 'registry.npmjs.org'],
};

/** Both base URLs end in `/v1`, unlike other Anthropic clients'. */
function providers(baseUrl: string): object {
  const options = (name: string) => ({
    options: { baseURL: `${baseUrl}/${name}/v1`, apiKey: PLACEHOLDER_KEY },
  });
  return { anthropic: options('anthropic'), openai: options('openai') };
}
