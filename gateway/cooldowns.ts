/** No upstream rests a key longer than this, whatever it says. */
export const MAX_COOLDOWN_MS = 60 * 60 * 1000;

/**
 * Which provider keys rest, and for how long. An implementation shared by several replicas must answer from memory and
 * never throw: it is asked for every request, and a key that is used once too often is no harm. Ids name a provider and
 * a hash of its key, never the key.
 */
export interface Cooldowns {
  /** Milliseconds until the key may be used again; 0 or less: now. */
  remainingMs(id: string): number;
  /** The key rests from now on for this long; a later call replaces an earlier one. */
  rest(id: string, forMs: number): void;
}

/** Cooldowns of this process alone. `clock` gives milliseconds, monotonic. */
export function createCooldowns(clock: () => number = () => performance.now()): Cooldowns {
  const restsUntilMs = new Map<string, number>();
  return {
    remainingMs: (id) => (restsUntilMs.get(id) ?? 0) - clock(),
    rest(id, forMs) {
      restsUntilMs.set(id, clock() + Math.min(Math.max(0, forMs), MAX_COOLDOWN_MS));
    },
  };
}
