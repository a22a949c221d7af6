import { jsonFile, PLACEHOLDER_KEY, type ClientDefinition } from './client';
import { mcpEntries } from './mcp-servers';

/** Claude Code. Facts recorded from 2.1.328 on 2026-11-20. */
export const claudeCode: ClientDefinition = {
  id: 'claude-code',
  displayName: 'Claude Code',
  commands: ['claude'],
  env: ({ baseUrl }) => ({
    ANTHROPIC_BASE_URL: `${baseUrl}/anthropic`,
    ANTHROPIC_AUTH_TOKEN: PLACEHOLDER_KEY,
    // DISABLE_TELEMETRY would stop the event log only
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  }),
  configFiles(gateway) {
    const mcpServers = mcpEntries(gateway, (entry) => ({ type: 'http', ...entry }));
    return mcpServers === undefined ? [] : [jsonFile('~/.claude.json', { mcpServers })];
  },
  signature: {
    userAgents: ['claude-cli/', 'claude-code/', 'claude'],
    sessionHeaders: ['x-claude-code-session-id'],
    sessionInBody: ({ metadata }) => sessionOf((metadata as { user_id?: unknown } | null)?.user_id),
  },
  shellTools: { Bash: 'command' },
  telemetryHosts: ['api.anthropic.com'],
};

const OLD_FORM = /_session_([\w-]+)$/;

/** `metadata.user_id`: JSON with `session_id`, before 2.1.86 `user_…_session_UUID` (Coder's aibridge, read 2026-11-20). */
function sessionOf(userId: unknown): string | undefined {
  if (typeof userId !== 'string') return undefined;
  try {
    const { session_id } = JSON.parse(userId) as { session_id?: unknown };
    return typeof session_id === 'string' ? session_id : undefined;
  } catch {
    return OLD_FORM.exec(userId)?.[1];
  }
}
