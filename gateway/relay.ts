import { createBundledRelay } from './relay-bundled';
import type { Relay, RelayOptions } from './relay-options';
import { createServerRelay } from './relay-server';

/** The gateway inside a workspace, in front of an aigov server or of the providers themselves. */
export function createRelay(options: RelayOptions): Relay {
  return options.upstream.kind === 'server'
    ? createServerRelay(options, options.upstream.url)
    : createBundledRelay(options, options.upstream.providers);
}
