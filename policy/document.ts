/** One layer of policy, as written (contracts §2). Every section is optional. */
export interface PolicyDocument {
  readonly apiVersion: 'aigov/v1';
  /** The layer's name in decisions and audit. */
  readonly name: string;
  readonly network?: {
    readonly compat?: 'strict' | 'boundary';
    readonly allow?: readonly string[];
    readonly deny?: readonly string[];
    readonly ceiling?: readonly string[];
    readonly tcp?: readonly string[];
    readonly tls?: { readonly passthrough?: readonly string[] };
    readonly privateAddresses?: readonly string[];
  };
  readonly commands?: { readonly deny?: readonly { id: string; argv: readonly string[] }[] };
}
