import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Recorder } from '../../audit';
import { admit, type Authenticate } from '../admission';
import type { Contexts } from '../context-store';
import { SILENT, type Logger } from '../logger';
import type { PolicySource } from '../pipeline';
import { DEFAULT_MCP_LIMITS, type McpLimits } from './limits';
import { openMcp } from './open-mcp';
import { openServers, type McpServerConfig } from './open-server';
import type { ToolStore } from './tool-pins';

export interface McpGatewayOptions {
  readonly servers: readonly McpServerConfig[];
  readonly authenticate: Authenticate;
  readonly policy: PolicySource;
  readonly recorder: Recorder;
  readonly tools: ToolStore;
  /** Relay registrations; without them the attribution header is dropped unread. */
  readonly contexts?: Contexts;
  readonly limits?: Partial<McpLimits>;
  readonly logger?: Logger;
}

/** The proxy in front of approved MCP servers. */
export interface McpGateway {
  /** Answers one request below `/mcp/`. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Ends streams clients only listen to, waits for calls and their records, then ends connections and processes. */
  close(): Promise<void>;
}

export function createMcpGateway(options: McpGatewayOptions): McpGateway {
  const { policy, recorder, authenticate, contexts, tools, logger = SILENT } = options;
  const limits = { ...DEFAULT_MCP_LIMITS, ...options.limits };
  const servers = openServers(options.servers, { store: tools, limits, logger });
  const mcp = openMcp({ policy, recorder, limits, logger }, servers);
  return {
    handle: (request, response) =>
      mcp.run(request, response, ({ headers }) => admit(headers, authenticate, contexts)),
    close: () => mcp.close(),
  };
}
