import { PLACEHOLDER_KEY, type ClientDefinition } from './client';

/** Programs built on Anthropic's SDKs. Facts recorded from `@anthropic-ai/sdk` 1.10 on 2026-11-20. */
export const anthropicSdk: ClientDefinition = {
  id: 'anthropic-sdk',
  displayName: 'Anthropic SDK',
  commands: [],
  env: ({ baseUrl }) => ({
    ANTHROPIC_BASE_URL: `${baseUrl}/anthropic`,
    // not ANTHROPIC_API_KEY: set beside Claude Code's AUTH_TOKEN both headers would be sent
    ANTHROPIC_AUTH_TOKEN: PLACEHOLDER_KEY,
  }),
  signature: { userAgents: ['anthropic/', 'asyncanthropic/'] },
  shellTools: { bash: 'command' },
  telemetryHosts: [],
};
