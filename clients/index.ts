/**
 * clients/: what aigov knows about each AI client. Pure data and functions; may import policy/ only.
 * Start reading at `client.ts` (the shape), then any client's file; `identify.ts` recognises requests.
 */
export { allClients, clients } from './all-clients';
export {
  PLACEHOLDER_KEY,
  type ClientConfigFile,
  type ClientDefinition,
  type ClientSignature,
  type GatewayAddress,
  type RequestBody,
} from './client';
export { mergeClientConfig } from './merge-config';
export { identifyClient, type ClientIdentity, type RequestHeaders } from './identify';
export { renderClaudeCodePolicy } from './claude-code-policy';
export { renderCodexPolicy } from './codex-policy';
export { renderGeminiCliPolicy } from './gemini-cli-policy';
export { renderOpencodePolicy } from './opencode-policy';
export type { RenderedClientPolicy } from './rendered-policy';
