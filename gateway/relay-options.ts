import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Recorder, WorkspaceFacts } from '../audit';
import type { CompiledPolicy } from '../policy';
import type { RequestClaims } from './context';
import type { GatewayLimits } from './limits';
import type { Logger } from './logger';
import type { McpServerConfig } from './mcp/open-server';

export interface RelayOptions {
  readonly upstream:
    | {
        /** Everything goes to an aigov server, which holds keys and keeps the audit. */
        readonly kind: 'server';
        /** Without a trailing slash. */
        readonly url: string;
      }
    | {
        /** The relay itself is the gateway: callers bring their own keys, the audit is local. */
        readonly kind: 'bundled';
        readonly providers: readonly {
          readonly name: string;
          readonly type: string;
          readonly baseUrl: string;
        }[];
      };
  /** Read at every use, so that a rotated token is taken up. Empty when there is none. */
  readonly sessionToken: () => string;
  readonly workspace: WorkspaceFacts;
  /** Name of the workspace's owner; the actor of local records. */
  readonly owner: string;
  readonly taskId?: string;
  readonly policy: CompiledPolicy;
  /** Takes what the server cannot see: everything when bundled, else what is refused here. */
  readonly recorder: Recorder;
  /** MCP servers that run in the workspace. @default - none */
  readonly mcpServers?: readonly McpServerConfig[];
  readonly limits?: Partial<GatewayLimits>;
  readonly logger?: Logger;
}

/** The gateway inside a workspace. */
export interface Relay {
  /** Answers one request of a client. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse, claims?: RequestClaims): Promise<void>;
  /** Waits for what is in flight, then closes the connections upstream. */
  close(): Promise<void>;
}
