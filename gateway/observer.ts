import type { InterceptionEnd, InterceptionStart } from './interception';

/** A request that was let through and noted. */
export interface ObservedPass {
  readonly providerName: string;
  readonly route: string;
  readonly method: string;
}

/** Watches what a gateway does: metrics, logs, traces. INVARIANT: an observer's fault never reaches an exchange. */
export interface GatewayObserver {
  onOpened?(start: InterceptionStart): void;
  /** Also for what was refused once its caller was known; that was never opened when `wasOpened` is false. */
  onClosed?(start: InterceptionStart, end: InterceptionEnd, wasOpened: boolean): void;
  onPassed?(pass: ObservedPass): void;
  /** Refused before anybody was admitted. */
  onRefused?(code: string): void;
}

/** Several as one; undefined when there are none, so that nobody watching costs nothing. */
export function joinObservers(
  observers: readonly GatewayObserver[],
  onFault: (error: unknown) => void,
): Required<GatewayObserver> | undefined {
  if (observers.length === 0) return undefined;
  const tell = (say: (observer: GatewayObserver) => void) => {
    for (const observer of observers) {
      try {
        say(observer);
      } catch (error) {
        onFault(error);
      }
    }
  };
  return {
    onOpened: (start) => tell((observer) => observer.onOpened?.(start)),
    onClosed: (start, end, wasOpened) => tell((one) => one.onClosed?.(start, end, wasOpened)),
    onPassed: (pass) => tell((observer) => observer.onPassed?.(pass)),
    onRefused: (code) => tell((observer) => observer.onRefused?.(code)),
  };
}
