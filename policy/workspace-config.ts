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
