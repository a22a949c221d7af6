import { createMcpRelay } from './mcp/relay-mcp';
import { isMcpPath } from './mcp/route';
import { createBundledRelay } from './relay-bundled';
import type { Relay, RelayOptions } from './relay-options';
import { createServerRelay } from './relay-server';

/** The gateway inside a workspace, in front of an aigov server or of the providers themselves. */
export function createRelay(options: RelayOptions): Relay {
  const models =
    options.upstream.kind === 'server'
      ? createServerRelay(options, options.upstream.url)
      : createBundledRelay(options, options.upstream.providers);
  const mcp = createMcpRelay(options);
  return {
    handle(request, response, claims) {
      const relay = isMcpPath(request.url ?? '/') ? mcp : models;
      return relay.handle(request, response, claims);
    },
    async close() {
      await Promise.all([models.close(), mcp.close()]);
    },
  };
}
