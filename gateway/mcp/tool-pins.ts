// Node 20 has String.toWellFormed; TypeScript lists it under es2024.
/// <reference lib="es2024.string" />
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../audit';
import { asText } from '../providers/read-json';
import type { JsonObject } from '../providers/wire-format';
import type { McpRefusal } from './refuse';

/** How strictly a server is held to the tools that were approved. */
export interface PinRules {
  /** A tool whose definition is another than the approved one. @default 'refuse' */
  readonly changed: 'refuse' | 'record';
  /** A tool nobody approved yet: `pin` approves what is seen first. @default 'pin' */
  readonly unknown: 'pin' | 'refuse';
  /** Approved definitions by tool, SHA-256 in hex; they win over what the store holds. */
  readonly approved: Readonly<Record<string, string>>;
}

/** One tool of one server as the store knows it. */
export interface KnownTool {
  /** SHA-256 of the approved definition, hex. Absent: none is. */
  readonly approvedSha256?: string;
  /** SHA-256 of the definition seen last, hex. */
  readonly seenSha256: string;
}

/** Remembers tools between restarts. */
export interface ToolStore {
  find(server: string, tool: string): KnownTool | undefined;
  /** Notes a definition, and with `isApproved` approves it. */
  note(
    server: string,
    tool: string,
    seen: { sha256: string; text: string },
    isApproved: boolean,
  ): void;
}

/** A tool that is not what was approved, seen for the first time. */
export interface ToolChange {
  readonly tool: string;
  readonly kind: 'changed' | 'unknown';
  readonly approvedSha256?: string;
  readonly seenSha256: string;
  /** The definition as the server wrote it. Hostile text. */
  readonly definition: string;
}

/** Everything of a definition a model or a client acts on. Icons and `_meta` are not. */
const PINNED_KEYS = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'];
/** Most of a definition the store keeps for an administrator to read, in characters. */
const MAX_KEPT_DEFINITION = 65_536;

/** SHA-256, hex, over the canonical JSON (RFC 8785) of what is pinned of a tool. */
export function toolSha256(tool: JsonObject): string {
  const pinned = Object.fromEntries(PINNED_KEYS.map((key) => [key, tool[key]]));
  return createHash('sha256')
    .update(canonicalJson(wellFormed(pinned)))
    .digest('hex');
}

/** JSON text can hold lone surrogates, canonical JSON cannot. */
function wellFormed(value: object): unknown {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) => {
    if (typeof inner === 'string') return inner.toWellFormed();
    return typeof inner === 'number' && !Number.isFinite(inner) ? null : inner;
  });
}

/** Holds the tools of one server to their approved definitions. */
export class ToolPins {
  readonly #server: string;
  readonly #rules: PinRules;
  readonly #store: ToolStore;

  constructor(server: string, rules: PinRules, store: ToolStore) {
    this.#server = server;
    this.#rules = rules;
    this.#store = store;
  }

  /** Takes note of a listed tool. Tells of a change the first time it is seen. */
  see(tool: JsonObject): ToolChange | undefined {
    const name = asText(tool['name']);
    if (name === undefined) return undefined;
    const sha256 = toolSha256(tool);
    const known = this.#known(name);
    if (known?.seenSha256 === sha256) return undefined;
    const definition = JSON.stringify(tool).slice(0, MAX_KEPT_DEFINITION);
    const isFirst = known?.approvedSha256 === undefined;
    const isPinned = isFirst && this.#rules.unknown === 'pin';
    this.#store.note(this.#server, name, { sha256, text: definition }, isPinned);
    if (isPinned || known?.approvedSha256 === sha256) return undefined;
    return {
      tool: name,
      kind: isFirst ? 'unknown' : 'changed',
      seenSha256: sha256,
      definition,
      ...(isFirst ? {} : { approvedSha256: known.approvedSha256 }),
    };
  }

  /** Why a tool may not be called, by what was seen of it last. */
  refusalOf(tool: string): McpRefusal | undefined {
    const { changed, unknown } = this.#rules;
    const known = this.#known(tool);
    if (known?.approvedSha256 === undefined)
      return unknown === 'refuse' ? pinRefusal(tool, 'is not approved yet') : undefined;
    const isChanged = known.seenSha256 !== known.approvedSha256;
    return isChanged && changed === 'refuse'
      ? pinRefusal(tool, 'is described otherwise than when it was approved')
      : undefined;
  }

  #known(tool: string): KnownTool | undefined {
    const known = this.#store.find(this.#server, tool);
    const { approved } = this.#rules;
    const approvedSha256 = Object.hasOwn(approved, tool) ? approved[tool] : undefined;
    if (approvedSha256 === undefined) return known;
    return { seenSha256: known?.seenSha256 ?? approvedSha256, approvedSha256 };
  }
}

function pinRefusal(tool: string, problem: string): McpRefusal {
  return {
    status: 403,
    code: 'MCP_TOOL_NOT_APPROVED',
    message: `Tool "${tool}" ${problem}. Ask an administrator to look at it and approve it.`,
    isRetryable: false,
  };
}
