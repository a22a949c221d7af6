import { PLACEHOLDER_KEY, type ClientDefinition } from './client';

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
  configFiles: () => [
    {
      path: '~/.qwen/settings.json',
      merge: 'json',
      text: `${JSON.stringify(SETTINGS, null, 2)}\n`,
    },
  ],
  signature: { userAgents: ['qwencode/'] },
  shellTools: { run_shell_command: 'command' },
  telemetryHosts: ['gb4w8c3ygj-default-sea.rum.aliyuncs.com'],
};
