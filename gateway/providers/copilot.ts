import { anthropicMessages } from './anthropic';
import { openai } from './openai';
import { openaiChat } from './openai-chat';
import type { Endpoint, ProviderType } from './wire-format';

function endpoint(method: string, path: string): Endpoint | undefined {
  if (method === 'POST' && path === '/v1/messages')
    return { kind: 'intercepted', route: path, format: anthropicMessages };
  if (method === 'GET' && path === '/_ping') return { kind: 'passed', route: path };
  return openai.endpoint(method, path);
}

/**
 * GitHub Copilot, `https://api.individual|business|enterprise.githubcopilot.com`: OpenAI's paths without `/v1`,
 * Anthropic's with it. Every person brings their own GitHub token (Coder docs, providers, read 2026-11-20).
 */
export const copilot: ProviderType = {
  type: 'copilot',
  endpoint,
  upstreamPath: (basePath, path) =>
    path === '/v1/messages' ? `${basePath}${path}` : openai.upstreamPath(basePath, path),
  keyHeader: (key) => ['authorization', `Bearer ${key}`],
  defaultFormat: openaiChat,
};
