import { anthropicSdk } from './anthropic-sdk';
import { claudeCode } from './claude-code';
import type { ClientDefinition } from './client';
import { codex } from './codex';
import { copilotCli } from './copilot-cli';
import { geminiCli } from './gemini-cli';
import { openaiSdk } from './openai-sdk';
import { opencode } from './opencode';
import { qwenCode } from './qwen-code';

/** The clients a template can govern, by the name a template author types. */
export const clients = {
  claudeCode,
  anthropicSdk,
  openaiSdk,
  codex,
  geminiCli,
  opencode,
  copilotCli,
  qwenCode,
} as const satisfies Readonly<Record<string, ClientDefinition>>;

/** The same, as a list. */
export const allClients: readonly ClientDefinition[] = Object.values(clients);
