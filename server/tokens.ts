import { createHash, timingSafeEqual } from 'node:crypto';
import type { StaticToken } from './config';
import type { Role } from './config-schema';

/** Who holds a valid token. */
export interface TokenHolder {
  readonly user: string;
  readonly role: Role;
}

/**
 * Looks a token up among all known ones. Compares hashes, all of them and each in constant time, so that neither a
 * token's beginning nor its place in the list shows in the answer's timing.
 */
export function createTokenLookup(
  tokens: readonly StaticToken[],
): (token: string) => TokenHolder | undefined {
  const known = tokens.map(({ user, role, token }) => ({ user, role, hash: hashOf(token) }));
  return (token) => {
    const hash = hashOf(token);
    let holder: TokenHolder | undefined;
    for (const candidate of known)
      if (timingSafeEqual(candidate.hash, hash))
        holder ??= { user: candidate.user, role: candidate.role };
    return holder;
  };
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
