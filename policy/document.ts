import type { CommandsDocument } from './commands/document';

/** Jail levels, strongest first. */
export const LEVELS = ['A+', 'A', 'B', 'A-', 'B-', 'C', 'D'] as const;
/** How strongly a workspace's jail is enforced (design: firewall). */
export type Level = (typeof LEVELS)[number];

/** Which reading of the network rules is meant: ours, or Coder's in every corner. */
export type Compat = 'strict' | 'boundary';

/** Coder's own settings of a 12-key `config.yaml`, kept so that it can be written back. They decide nothing here. */
export interface BoundarySettings {
  readonly log_level?: string;
  readonly log_dir?: string;
  readonly proxy_port?: number;
  readonly pprof_enabled?: boolean;
  readonly pprof_port?: number;
  readonly jail_type?: string;
  readonly use_real_dns?: boolean;
  readonly no_user_namespace?: boolean;
  readonly disable_audit_logs?: boolean;
  readonly session_correlation_enabled?: boolean;
  readonly session_id_inject_targets?: readonly string[];
}

/** Requests to hosts this pattern matches may only use these ports. */
export interface PortLimit {
  /** A host pattern of the rule language; `*` is every host. */
  readonly domain: string;
  /** Numbers, or ranges like `8000-8099`. */
  readonly allow: readonly (number | string)[];
}

export interface NetworkDocument {
  /** @default 'strict' */
  readonly compat?: Compat;
  /** Grants, in Coder's rule language. Absent: grants nothing. */
  readonly allow?: readonly string[];
  /** Forbids, in the same language, whatever any layer grants. */
  readonly deny?: readonly string[];
  /** The most that layers below may grant. Absent: unbounded; empty: nothing. */
  readonly ceiling?: readonly string[];
  /** Raw TCP by name: `host:port`. */
  readonly tcp?: readonly string[];
  readonly tls?: {
    /** Hosts whose TLS is not intercepted. Grants nothing by itself. */
    readonly passthrough?: readonly string[];
  };
  /** Private, loopback, link-local or metadata ranges (CIDR) that may be reached all the same. */
  readonly privateAddresses?: readonly string[];
  /** Limits on ports, whatever layer grants the host. */
  readonly ports?: readonly PortLimit[];
  readonly boundary?: BoundarySettings;
}

export interface FilesDocument {
  /** Directories that may be written, with all below. Absent in every layer: unrestricted. */
  readonly writable?: readonly string[];
  /** May be read, never written. */
  readonly readOnly?: readonly string[];
  /** Neither read nor written. */
  readonly hidden?: readonly string[];
}

export interface ModelsDocument {
  /** `provider/model` patterns, `*` stands for any text. Absent in every layer: every model. */
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  /** The most that layers below may allow. */
  readonly ceiling?: readonly string[];
  /** Upper limit of output tokens of one request. */
  readonly maxOutputTokens?: number;
}

export interface ToolsDocument {
  /** Tool names, `*` stands for any text. */
  readonly deny?: readonly string[];
  /** `guard`: command lines in tool-call arguments meet the command rules. @default 'ignore' */
  readonly shell?: 'guard' | 'ignore';
}

export interface McpServersDocument {
  /** Server names. Absent in every layer: every server. */
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  /** The most that layers below may allow. */
  readonly ceiling?: readonly string[];
  /** Tools by server name. */
  readonly tools?: Readonly<
    Record<string, { readonly allow?: readonly string[]; readonly deny?: readonly string[] }>
  >;
}

export const BUDGET_SCOPES = [
  'user',
  'group',
  'organization',
  'template',
  'workspace',
  'task',
  'provider',
  'model',
  'token',
] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];
export type BudgetPeriod = 'day' | 'week' | 'month' | 'total';

export interface BudgetDocument {
  readonly scope: BudgetScope;
  /** @default 'total' */
  readonly period?: BudgetPeriod;
  readonly limitUsd: number;
  /** @default 'block' */
  readonly onExceed?: 'block' | 'warn';
}

export interface RateLimitDocument {
  readonly scope: BudgetScope;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Requests in flight at once. */
  readonly concurrent?: number;
}

export type ContentHandling = 'store' | 'hash' | 'off';
export const CONTENT_KINDS = [
  'prompts',
  'systemPrompt',
  'outputs',
  'toolArguments',
  'toolResults',
  'reasoning',
] as const;
export type ContentKind = (typeof CONTENT_KINDS)[number];
export const REDACTIONS = ['secrets', 'email', 'phone', 'creditCard', 'iban', 'ipAddress'] as const;
export type Redaction = (typeof REDACTIONS)[number];

/** Weakest first. */
export const CONTENT_ACTIONS = ['record', 'mask', 'block'] as const;
/** What happens when something is found on its way to a model: noted, replaced by a placeholder, or nothing is sent. */
export type ContentAction = (typeof CONTENT_ACTIONS)[number];

/** What is looked for in requests on their way to a model. */
export interface OutboundDocument {
  readonly find?: { readonly [kind in Redaction]?: ContentAction };
  readonly patterns?: readonly {
    /** Name in records, refusals and placeholders. */
    readonly id: string;
    /** In the pattern language of docs/content.md. */
    readonly pattern: string;
    readonly action: ContentAction;
  }[];
}

export type ContentDocument = { readonly [kind in ContentKind]?: ContentHandling } & {
  readonly redact?: readonly Redaction[];
  readonly outbound?: OutboundDocument;
};

export const RETENTION_KINDS = [
  'interceptions',
  'content',
  'egress',
  'commands',
  'files',
  'mcpCalls',
] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];
/** Hours, days or weeks: `12h`, `365d`, `4w`. */
export type RetentionDocument = { readonly [kind in RetentionKind]?: string };

export const SELECTOR_FACTS = ['templates', 'groups', 'users', 'organizations', 'tasks'] as const;
export type SelectorFact = (typeof SELECTOR_FACTS)[number];
export interface SelectorsDocument {
  /** Every fact named must match one of its patterns. */
  readonly match: { readonly [fact in SelectorFact]?: readonly string[] };
}

/** One layer of policy, as written (contracts §2). Every section is optional. */
export interface PolicyDocument {
  readonly apiVersion: 'aigov/v1';
  /** The layer's name in decisions and audit. */
  readonly name: string;
  readonly description?: string;
  /** Files whose layers stand above this one, relative to it. Resolved by `loadPolicies` of policy/schema. */
  readonly include?: readonly string[];
  readonly network?: NetworkDocument;
  readonly commands?: CommandsDocument;
  readonly files?: FilesDocument;
  readonly models?: ModelsDocument;
  readonly tools?: ToolsDocument;
  readonly mcpServers?: McpServersDocument;
  readonly budgets?: readonly BudgetDocument[];
  readonly rateLimits?: readonly RateLimitDocument[];
  readonly content?: ContentDocument;
  readonly retention?: RetentionDocument;
  readonly audit?: { readonly onFailure?: 'block' | 'allow' };
  readonly firewall?: {
    readonly minimumLevel?: Level;
    readonly mode?: 'enforce' | 'monitor';
    /** Longest exception `aigov workspace allow` may grant, in minutes. @default 0, none */
    readonly maxExceptionMinutes?: number;
  };
  /** The layer applies only where it matches. */
  readonly selectors?: SelectorsDocument;
}
