import { hash } from 'node:crypto';
import type { StaticToken } from '../config';
import type { TokenHolder } from './token-holder';

/**
 * Looks a token up among those of the configuration, by its hash: what a look-up's timing tells of a hash says nothing
 * about the token.
 */
export function createStaticTokens(
  tokens: readonly StaticToken[],
): (tokenHash: string) => TokenHolder | undefined {
  const known = new Map(tokens.map(({ token, ...holder }) => [hashOf(token), holder]));
  return (tokenHash) => known.get(tokenHash);
}

/** SHA-256, hex: tokens themselves are not kept. */
export function hashOf(token: string): string {
  return hash('sha256', token);
}
