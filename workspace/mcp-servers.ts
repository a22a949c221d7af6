import {
  DEFAULT_STDIO_LIMITS,
  isMcpServerName,
  MCP_FEATURES,
  type McpServerConfig,
} from '../gateway';
import { compilePolicy, listedMcpServers, type WorkspaceMcpServer } from '../policy';
import type { LoadedConfig } from './config';

/** MCP servers clients are told of: those of the workspace, and those of the server that policy allows by name. */
export function mcpServersOf({ config }: LoadedConfig): readonly string[] {
  const own = (config.mcpServers ?? []).map(({ name }) => name);
  const behind =
    config.gateway.kind === 'server' ? listedMcpServers(compilePolicy(config.policy)) : [];
  return [...new Set([...own, ...behind])].filter(isMcpServerName);
}

/** What a program needs to run at all; the jail adds where its certificates are. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'TZ', 'TMPDIR'];

export interface OwnServerOptions {
  readonly servers: readonly WorkspaceMcpServer[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Program and arguments that run what follows in the jail; read at every start. */
  readonly inJail: (command: readonly string[]) => readonly string[];
}

/** The workspace's own MCP servers as the relay runs them. The template that names them has approved them. */
export function ownMcpServers(options: OwnServerOptions): readonly McpServerConfig[] {
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = options.environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return options.servers.map(({ name, command, environment }) => ({
    name,
    features: MCP_FEATURES,
    tools: { changed: 'record', unknown: 'pin', approved: {} },
    target: {
      kind: 'stdio',
      limits: DEFAULT_STDIO_LIMITS,
      command: {
        // The jail is there only after the relay.
        get command() {
          const [program = '', ...args] = options.inJail(command);
          return [program, ...args] as const;
        },
        environment: { ...inherited, ...environment },
      },
    },
  }));
}
