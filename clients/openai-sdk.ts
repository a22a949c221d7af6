import { PLACEHOLDER_KEY, type ClientDefinition } from './client';

/** Programs built on OpenAI's SDKs. Facts recorded from `openai` 6.49 on 2026-11-20. */
export const openaiSdk: ClientDefinition = {
  id: 'openai-sdk',
  displayName: 'OpenAI SDK',
  commands: [],
  env: ({ baseUrl }) => ({
    OPENAI_BASE_URL: `${baseUrl}/openai/v1`,
    OPENAI_API_KEY: PLACEHOLDER_KEY,
  }),
  signature: { userAgents: ['openai/', 'asyncopenai/'] },
  shellTools: {},
  telemetryHosts: [],
};
