import { createHash, timingSafeEqual } from 'node:crypto';
import type { StaticToken } from './config';
import type { Role } from './config-schema';

/** Who holds a valid token. */
export interface TokenHolder {
  readonly user: string;
  readonly role: Role;
  readonly groups?: readonly string[];
  readonly organization?: string;
}

/**
 * Looks a token up among all known ones. Compares hashes, all of them and each in constant time, so that neither a
 * token's beginning nor its place in the list shows in the answer's timing.
 */
export function createTokenLookup(
  tokens: readonly StaticToken[],
): (token: string) => TokenHolder | undefined {
  const known = tokens.map(({ token, ...holder }) => ({ holder, hash: hashOf(token) }));
  return (token) => {
    const hash = hashOf(token);
    let found: TokenHolder | undefined;
    for (const candidate of known)
      if (timingSafeEqual(candidate.hash, hash)) found ??= candidate.holder;
    return found;
  };
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
