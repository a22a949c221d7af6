import type { IncomingMessage } from 'node:http';
import { PLACEHOLDER_KEY } from '../clients';
import type { Admission } from './admission';
import type { RequestClaims } from './context';
import { readOwnKey, secretOf } from './credentials';
import { openPipeline } from './open-pipeline';
import { REFUSALS } from './refuse';
import type { Relay, RelayOptions } from './relay-options';

/**
 * The relay as gateway of one workspace. Whoever reaches its loopback port is the workspace's owner, as far as anybody
 * here can tell: the actor is claimed. Every caller brings the key that goes upstream; the placeholder never does.
 */
export function createBundledRelay(
  options: RelayOptions,
  providers: readonly { name: string; type: string; baseUrl: string }[],
): Relay {
  const keyless = providers.map((provider) => ({ ...provider, keys: [] }));
  const pipeline = openPipeline({ ...options, providers: keyless });
  return {
    handle: (request, response, claims = {}) =>
      pipeline.run(request, response, (seen) => admitOwner(seen, options, claims)),
    close: () => pipeline.close(),
  };
}

function admitOwner(
  { headers }: IncomingMessage,
  { owner, workspace, taskId }: RelayOptions,
  claims: RequestClaims,
): Admission {
  const ownKey = readOwnKey(headers);
  if (ownKey === undefined) return { kind: 'refused', refusal: REFUSALS.tokenMissing };
  if (secretOf(ownKey.value) === PLACEHOLDER_KEY)
    return { kind: 'refused', refusal: REFUSALS.ownKeyMissing };
  const context = { workspace, ...claims, ...(taskId === undefined ? {} : { taskId }) };
  const identity = { user: owner, isVerified: false };
  return { kind: 'admitted', caller: { identity, context, ownKey } };
}
