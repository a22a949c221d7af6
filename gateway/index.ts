/**
 * gateway/: the interception pipeline between AI clients and model providers, as relay in the workspace and as part of
 * the server. May import clients/, audit/ and policy/. Start reading at `pipeline.ts` (what happens to a request), then
 * `forward.ts` (bytes through) and `tap.ts` (reading beside them); `providers/<name>/` knows one wire format each.
 */
export { createGateway, type Gateway, type GatewayOptions } from './gateway';
export { createRelay } from './relay';
export type { Relay, RelayOptions } from './relay-options';
export { signContext, type ContextKey, type RequestClaims } from './context';
export {
  createContexts,
  UNCONFIRMED_LIFETIME_MS,
  type Contexts,
  type RelayFacts,
  type RelaySession,
} from './context-store';
export type { Authenticate, Caller, Identity } from './admission';
export type { PolicySource } from './pipeline';
export { bearerToken, maskCredential } from './credentials';
export { DEFAULT_LIMITS, type GatewayLimits } from './limits';
export { createCooldowns, MAX_COOLDOWN_MS, type Cooldowns } from './cooldowns';
export type { Logger } from './logger';
export { Threads } from './threads';
export type { GatewayObserver } from './observer';
export type { InterceptionEnd, InterceptionStart } from './interception';
export type { BudgetCharge, Budgets, Reservation, Reserved } from './budget';
export {
  CONCURRENT_RETRY_SECONDS,
  type Permit,
  type RateCharge,
  type RateLimiter,
  type RateRefusal,
} from './rate-limits/rate-limiter';
export { LocalRateLimiter } from './rate-limits/local-rate-limiter';
export { PUBLISHED_PRICES, type PriceTable } from './price';
export type { ModelPrice } from './providers/model-price';
export type { AwsAccount } from './aws/account';
export { PROVIDER_TYPES, type ProviderConfig } from './provider';
export type { ModelGroup } from './model-groups';
export { acceptHttp2 } from './http2-door';
export { isProviderName } from './routes';
export { createMcpGateway, type McpGateway, type McpGatewayOptions } from './mcp/mcp-gateway';
export type { McpCredentials, McpServerConfig } from './mcp/open-server';
export { MCP_FEATURES } from './mcp/methods';
export { isMcpPath, isMcpServerName } from './mcp/route';
export { DEFAULT_STDIO_LIMITS } from './mcp/stdio/limits';
export type { KnownTool, ToolStore } from './mcp/tool-pins';
