/** Kinds of audited things. Words follow Coder's, plus our own for what Coder does not record. */
export type RecordKind =
  | 'interception'
  | 'jail'
  | 'egress'
  | 'dns'
  | 'command'
  | 'file'
  | 'mcp_call'
  | 'workspace_start'
  | 'policy_change'
  | 'admin_action';

/** `open` is written durably before the thing happens, `close` at its end; `event` stands alone. */
export type RecordPhase = 'open' | 'close' | 'event';

/** How an opened thing ended. */
export type Ending =
  'completed' | 'refused' | 'client_gone' | 'upstream_error' | 'upstream_cut' | 'crashed';

export interface Actor {
  /** Name of the initiator (the person). */
  readonly user: string;
  /** True when an identity provider vouched for it; false when only claimed. */
  readonly isVerified: boolean;
}

export interface WorkspaceFacts {
  readonly id: string;
  readonly name: string;
  readonly templateId: string;
  readonly templateName: string;
  readonly templateVersion: string;
}

export interface PolicyReference {
  /** SHA-256 of the effective policy, hex. */
  readonly version: string;
  readonly layer?: string;
  readonly rule?: string;
}

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** What a writer hands to a recorder; the recorder adds `time` and the chain. */
export interface NewRecord {
  /** UUIDv7; `open` and `close` of one thing share it. */
  readonly id: string;
  readonly kind: RecordKind;
  readonly phase: RecordPhase;
  readonly actor?: Actor;
  readonly workspace?: WorkspaceFacts;
  readonly taskId?: string;
  /** Git remote of the calling process's directory. Always claimed. */
  readonly repository?: string;
  readonly sessionId?: string;
  readonly client?: string;
  readonly firewall?: { readonly sessionId: string; readonly sequence: number };
  readonly policy?: PolicyReference;
  /** Facts of this kind; see `docs/records.md`. Never content, never a secret. */
  readonly data: { readonly [key: string]: JsonValue | undefined };
  /**
   * Prompts, outputs, tool arguments, reasoning. Stored apart from the chained record, which holds only
   * the SHA-256 of each value, so redaction and retention never break the chain.
   */
  readonly content?: { readonly [name: string]: string };
}

/** Position in one writer's hash chain. */
export interface ChainLink {
  /** UUID of the writer. */
  readonly uid: string;
  /** 0 for a writer's first record, then +1 each. */
  readonly seq: number;
  /** `hash` of the record before, or 64 zeros. */
  readonly prev: string;
  /** SHA-256, hex, over the canonical JSON (RFC 8785) of the record without this field. */
  readonly hash: string;
}

/** A record as it stands in the spool and in the ledger. */
export interface AuditRecord extends Omit<NewRecord, 'content'> {
  readonly version: 1;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  /** Name to SHA-256 (hex) of content stored apart. */
  readonly contentHashes?: { readonly [name: string]: string };
  readonly chain: ChainLink;
}

/** Writes records durably. The spool (workspace) and the ledger (server) both are one. */
export interface Recorder {
  /** Resolves once the record survives a crash; concurrent calls share one commit. Rejects when it cannot be made durable. */
  record(record: NewRecord): Promise<AuditRecord>;
}
