import type { Invocation } from '../invocation';
import type { Inner, Unwrapper } from './inner';
import { INTERPRETERS } from './interpreters';
import { PER_ITEM_WRAPPERS } from './per-item';
import { PREFIX_WRAPPERS } from './prefix';
import { RUNNER_WRAPPERS, unwrapLoader } from './runners';
import { SHELL_WRAPPERS } from './shells';

export type { Inner } from './inner';

const UNWRAPPERS: ReadonlyMap<string, Unwrapper> = new Map([
  ...RUNNER_WRAPPERS,
  ...INTERPRETERS,
  ...PREFIX_WRAPPERS,
  ...PER_ITEM_WRAPPERS,
  ...SHELL_WRAPPERS,
]);

/** The commands an invocation runs in its turn, one level down. Empty when it runs none. */
export function unwrap(invocation: Invocation): readonly Inner[] {
  return (UNWRAPPERS.get(invocation.program) ?? unwrapLoader)(invocation);
}

/** Names of all programs looked through. */
export function wrapperNames(): readonly string[] {
  return [...UNWRAPPERS.keys()];
}
