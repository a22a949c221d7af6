import type { IncomingHttpHeaders } from 'node:http';

const NAME = /^[a-z0-9]+(?:[_-][a-z0-9]+)*$/;
const PREFIX = '/mcp/';

/** Names of MCP servers: they stand in paths, in policies and in the names of tools. */
export function isMcpServerName(name: string): boolean {
  return name.length <= 64 && NAME.test(name);
}

/** True for everything below `/mcp/`. */
export function isMcpPath(url: string): boolean {
  return url.startsWith(PREFIX);
}

/** The server a path names. Undefined: it names none. */
export function mcpServerOf(url: string): string | undefined {
  const name = url.slice(PREFIX.length).replace(/\?.*$/s, '').replace(/\/$/, '');
  return isMcpPath(url) && isMcpServerName(name) ? name : undefined;
}

const LOOPBACK = /^https?:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;

/**
 * Whether a request comes from a web page (MCP, Streamable HTTP, security warning). Only pages of this machine may call:
 * a name that was made to point here after its page was loaded is a foreign one.
 */
export function isForeignPage({ origin }: IncomingHttpHeaders): boolean {
  return origin !== undefined && !LOOPBACK.test(origin);
}
