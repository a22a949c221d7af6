import type { IncomingHttpHeaders } from 'node:http';
import type { McpMessage } from './message';
import type { McpSubject } from './methods';

/**
 * True when the headers that mirror the body (MCP 2026-07-28, request metadata) say something else than it: what is
 * decided here by the body could be done there by the header.
 */
export function hasHeaderMismatch(
  headers: IncomingHttpHeaders,
  message: McpMessage,
  subject: McpSubject | undefined,
): boolean {
  const method = headers['mcp-method'];
  const name = headers['mcp-name'];
  const saidMethod = message.kind === 'response' ? undefined : message.method;
  if (method !== undefined && method !== saidMethod) return true;
  if (name === undefined || subject?.target === undefined) return false;
  return decodeName(String(name)) !== subject.target;
}

const ENCODED = /^=\?base64\?([A-Za-z0-9+/=]*)\?=$/;

function decodeName(value: string): string {
  const encoded = ENCODED.exec(value)?.[1];
  return encoded === undefined ? value : Buffer.from(encoded, 'base64').toString('utf8');
}
