/** Keeps a flood of denied names (a DNS tunnel is one) from flooding the audit. */

/** The same name of one session is recorded once in this time. */
export const REPEAT_WINDOW_MS = 60_000;
/** Different names recorded for one session in that time; the rest is counted. */
export const MAX_NAMES_PER_WINDOW = 200;

export interface DeniedNames {
  /**
   * `recorded: false` for a repetition and over the limit. `unrecorded`: denied questions left out since the last
   * one that was recorded.
   */
  note(
    session: object,
    name: string,
  ): { readonly isRecorded: boolean; readonly unrecorded: number };
}

interface Window {
  startedMs: number;
  readonly names: Set<string>;
  unrecorded: number;
}

export function createDeniedNames(clock: () => number = Date.now): DeniedNames {
  const windows = new WeakMap<object, Window>();
  return {
    note(session, name) {
      const nowMs = clock();
      const window = windows.get(session) ?? { startedMs: nowMs, names: new Set(), unrecorded: 0 };
      windows.set(session, window);
      // Also when the clock was set back: a window must never last longer than its time.
      if (nowMs - window.startedMs >= REPEAT_WINDOW_MS || nowMs < window.startedMs) {
        window.startedMs = nowMs;
        window.names.clear();
      }
      if (window.names.has(name) || window.names.size >= MAX_NAMES_PER_WINDOW) {
        window.unrecorded += 1;
        return { isRecorded: false, unrecorded: window.unrecorded };
      }
      window.names.add(name);
      const { unrecorded } = window;
      window.unrecorded = 0;
      return { isRecorded: true, unrecorded };
    },
  };
}
