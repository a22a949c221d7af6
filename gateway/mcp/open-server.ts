import type { Logger } from '../logger';
import {
  fixedCredential,
  joinedCredential,
  personalCredential,
  type Credential,
} from './credential';
import { HttpUpstream } from './http-upstream';
import type { McpLimits } from './limits';
import type { McpFeature } from './methods';
import { clientCredentials, type ClientCredentials } from './oauth';
import type { McpServer } from './pipeline';
import { MCP_REFUSALS } from './refuse';
import { SessionUpstream } from './sessions';
import type { StdioLimits } from './stdio/limits';
import type { StdioCommand } from './stdio/process';
import { StdioUpstream } from './stdio/stdio-upstream';
import { ToolPins, type PinRules, type ToolStore } from './tool-pins';
import type { McpUpstream } from './upstream';

/** How requests to an HTTP server are proven. Holds secrets: never log it. */
export interface McpCredentials {
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bearer token by user. Who has none is refused. */
  readonly users?: Readonly<Record<string, string>>;
  readonly oauth?: ClientCredentials;
}

/** One approved MCP server. */
export interface McpServerConfig {
  /** Path segment clients use. */
  readonly name: string;
  readonly features: readonly McpFeature[];
  readonly tools: PinRules;
  readonly target:
    | { readonly kind: 'http'; readonly url: string; readonly credentials: McpCredentials }
    | { readonly kind: 'stdio'; readonly command: StdioCommand; readonly limits: StdioLimits };
}

/** Opens servers with the connections or processes they own. */
export function openServers(
  configs: readonly McpServerConfig[],
  opening: { readonly store: ToolStore; readonly limits: McpLimits; readonly logger: Logger },
): ReadonlyMap<string, McpServer> {
  const { store, limits, logger } = opening;
  return new Map(
    configs.map((config) => {
      const { name, features, tools } = config;
      const upstream = new SessionUpstream(openTarget(config, limits, logger), limits);
      const pins = new ToolPins(name, tools, store);
      const rules = { server: name, features: new Set(features), pins };
      return [name, { upstream, rules, isRecorded: true }];
    }),
  );
}

function openTarget(
  { name, target }: McpServerConfig,
  limits: McpLimits,
  logger: Logger,
): McpUpstream {
  if (target.kind === 'http')
    return new HttpUpstream(target.url, openCredential(target.credentials, limits), limits);
  const { askTimeoutMs } = limits;
  return new StdioUpstream({ ...target, name, askTimeoutMs, logger });
}

function openCredential(
  { headers, users, oauth }: McpCredentials,
  { askTimeoutMs }: McpLimits,
): Credential {
  return joinedCredential([
    fixedCredential(headers),
    ...(users === undefined ? [] : [personalCredential(users, MCP_REFUSALS.credentialMissing)]),
    ...(oauth === undefined ? [] : [clientCredentials(oauth, askTimeoutMs)]),
  ]);
}
