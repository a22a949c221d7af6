import { asObject, asText } from '../providers/read-json';
import type { McpMessage } from './message';

/** What an MCP server may offer to clients. */
export const MCP_FEATURES = ['tools', 'resources', 'prompts'] as const;
export type McpFeature = (typeof MCP_FEATURES)[number];

/** What a message asks for, as policy sees it. */
export interface McpSubject {
  readonly method: string;
  /** Absent for the protocol's own business. */
  readonly feature?: McpFeature;
  /** Recorded from its beginning to its end. */
  readonly isCall: boolean;
  /** Tool or prompt by name, resource by URI. */
  readonly target?: string;
}

/** Where the target of each recorded method stands. */
const CALLS: Readonly<Record<string, 'name' | 'uri'>> = {
  'tools/call': 'name',
  'resources/read': 'uri',
  'prompts/get': 'name',
};

/** Undefined: the message asks for nothing, or names no target where it must. */
export function subjectOf(message: McpMessage): McpSubject | undefined {
  if (message.kind === 'response') return undefined;
  const { method, params } = message;
  const feature = MCP_FEATURES.find((name) => method.startsWith(`${name}/`));
  const targetKey = Object.hasOwn(CALLS, method) ? CALLS[method] : undefined;
  const target = targetKey && asText(params[targetKey]);
  return {
    method,
    isCall: message.kind === 'request' && targetKey !== undefined,
    ...(feature === undefined ? {} : { feature }),
    ...(target === undefined ? {} : { target }),
  };
}

/** True for a request that must name a target and does not. */
export function lacksTarget({ method, target }: McpSubject): boolean {
  return Object.hasOwn(CALLS, method) && target === undefined;
}

/** The first revision without sessions and handshake. Revisions are dates, so text compares them. */
const STATELESS_SINCE = '2026-07-28';

/** Whether a request is of the stateless generation, by its header `MCP-Protocol-Version`. */
export function isStateless(protocolVersion: string | undefined): boolean {
  return (
    protocolVersion !== undefined &&
    /^\d{4}-\d{2}-\d{2}$/.test(protocolVersion) &&
    protocolVersion >= STATELESS_SINCE
  );
}

/** The revision a request says it speaks: in its header, or in the handshake. */
export function protocolVersionOf(
  header: string | undefined,
  message: McpMessage | undefined,
): string | undefined {
  if (header !== undefined) return header;
  const params = message === undefined || message.kind === 'response' ? {} : message.params;
  const meta = asObject(params['_meta']);
  return (
    asText(params['protocolVersion']) ?? asText(meta?.['io.modelcontextprotocol/protocolVersion'])
  );
}
