import type { ClientSignature } from './client';

/**
 * Clients we cannot configure from a workspace but recognise in requests.
 * Source: Coder's aibridge/clientmeta, read 2026-11-20; SDK names recorded the same day.
 */
export const foreignClients: readonly {
  readonly id: string;
  readonly signature: ClientSignature;
}[] = [
  { id: 'zed', signature: { userAgents: ['zed/'] } },
  {
    id: 'copilot-vscode',
    signature: { userAgents: ['githubcopilotchat/'], sessionHeaders: ['x-interaction-id'] },
  },
  {
    id: 'kilo-code',
    signature: {
      userAgents: ['kilo-code/'],
      originators: ['kilo-code'],
      sessionHeaders: ['x-kilocode-taskid'],
    },
  },
  { id: 'roo-code', signature: { userAgents: ['roo-code/'], originators: ['roo-code'] } },
  {
    id: 'coder-agents',
    signature: { userAgents: ['coder-agents/'], sessionHeaders: ['x-coder-chat-id'] },
  },
  {
    id: 'mux',
    signature: { userAgents: ['mux/', 'xum/'], sessionHeaders: ['x-mux-workspace-id'] },
  },
  { id: 'crush', signature: { userAgents: ['charm crush/', 'charm-crush/'] } },
  { id: 'junie', signature: { userAgents: ['junie:'] } },
  { id: 'cursor', signature: { userAgents: [], headers: ['x-cursor-client-version'] } },
  { id: 'ai-sdk', signature: { userAgents: ['ai/'] } },
  { id: 'google-genai-sdk', signature: { userAgents: ['google-genai-sdk/'] } },
];
