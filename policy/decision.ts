/** Why something was denied. Closed list; documented in `docs/policy.md`. */
export type DenyReason =
  | 'no_rule_matched'
  | 'denied_by_rule'
  | 'outside_ceiling'
  | 'url_invalid'
  | 'ambiguous_target'
  | 'private_address'
  | 'port_not_allowed'
  | 'destructive_command'
  | 'command_unreadable'
  | 'content_blocked'
  | 'path_not_writable'
  | 'path_hidden'
  | 'model_not_allowed'
  | 'tool_denied'
  | 'mcp_server_not_allowed'
  | 'over_budget'
  | 'rate_limited';

/** Why something was allowed. Closed list; documented in `docs/policy.md`. */
export type AllowReason = 'rule_matched' | 'no_rule_denies' | 'unrestricted' | 'monitored';

/** What the policy says about one request. Data, never an exception. */
export type Decision =
  | {
      readonly effect: 'allow';
      readonly reason: AllowReason;
      /** Name of the layer whose rule allowed it. */
      readonly layer?: string;
      /** The rule as written, or its id. */
      readonly rule?: string;
      /** What it would have been if the firewall did not only monitor; `layer` and `rule` are then the denial's. */
      readonly denial?: { readonly reason: DenyReason; readonly remedy: string };
    }
  | {
      readonly effect: 'deny';
      readonly reason: DenyReason;
      readonly layer?: string;
      readonly rule?: string;
      /** One sentence: the smallest change that would allow it, or why none can. */
      readonly remedy: string;
    };
