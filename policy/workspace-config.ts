import type { PolicyDocument } from './document';

/**
 * What a template hands to the workspace runtime: written by constructs/ at synth time, read by workspace/ at
 * run time. Holds no secret: the session token comes in the environment.
 */
export interface WorkspaceConfig {
  readonly version: 1;
  readonly gateway:
    | { readonly kind: 'server'; readonly url: string }
    | {
        /** The relay keeps the audit itself, in front of a named upstream. */
        readonly kind: 'bundled';
        readonly providers: readonly { name: string; type: string; baseUrl: string }[];
      };
  readonly firewall: { readonly isEnabled: boolean };
  /** Layers, top first, as checked at synth. */
  readonly policy: readonly PolicyDocument[];
  /** Ids of clients/ that get environment and launchers. */
  readonly clients: readonly string[];
  /** MCP servers that run in the workspace, in its jail where there is one. @default - none */
  readonly mcpServers?: readonly WorkspaceMcpServer[];
  readonly workspace: {
    readonly id: string;
    readonly name: string;
    readonly owner: string;
    readonly templateId: string;
    readonly templateName: string;
    readonly templateVersion: string;
    /** Set when a task prompt started this build. */
    readonly taskId?: string;
  };
}

/** An MCP server that is a program of the workspace. */
export interface WorkspaceMcpServer {
  /** Path segment clients use, and its name in policies. */
  readonly name: string;
  /** Program and arguments, started without a shell. */
  readonly command: readonly string[];
  /** Variables it gets besides the workspace's own. No secrets: a template is no place for them. */
  readonly environment?: Readonly<Record<string, string>>;
}
