/** A template as a built workspace sees it, whether Terraform applied it or `evaluateTemplate` did. */
export interface BuiltTemplate {
  readonly agents: readonly TemplateAgent[];
  readonly parameters: readonly TemplateParameter[];
}

export interface TemplateAgent {
  /** Terraform address, e.g. `coder_agent.main`. */
  readonly address: string;
  readonly name: string;
  readonly id: string;
  /** A secret: the agent authenticates with it. */
  readonly token: string;
  readonly os: string;
  readonly arch: string;
  /** Where scripts and terminals start. @default - the home folder */
  readonly dir?: string;
  /** Bootstrap script of the container; empty outside a Coder deployment. */
  readonly initScript: string;
  /**
   * `coder_agent.env` over the merged `coder_env`s, as written: the agent expands `$NAME` in it against its own
   * environment when it starts. May hold secrets.
   */
  readonly env: Readonly<Record<string, string>>;
  readonly scripts: readonly AgentScript[];
  readonly apps: readonly AgentApp[];
}

export interface AgentScript {
  readonly address: string;
  readonly displayName: string;
  /** The whole text, shebang included. */
  readonly script: string;
  readonly runOnStart: boolean;
  readonly runOnStop: boolean;
  readonly startBlocksLogin: boolean;
  /** @default - no limit */
  readonly timeoutSeconds?: number;
  /** Six fields, seconds first. */
  readonly cron?: string;
}

export interface AgentApp {
  readonly address: string;
  readonly slug: string;
  readonly displayName: string;
  readonly url?: string;
  readonly command?: string;
}

export interface TemplateParameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly isMutable: boolean;
}
