import { PLACEHOLDER_KEY, type ClientDefinition } from './client';

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
  signature: {
    userAgents: ['claude-cli/', 'claude-code/', 'claude'],
    sessionHeaders: ['x-claude-code-session-id'],
  },
  shellTools: { Bash: 'command' },
  telemetryHosts: ['api.anthropic.com'],
};
