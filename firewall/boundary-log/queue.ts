import { encodeFrame, type BoundaryLog } from './message';

/** Logs of one session that wait; further ones are counted and dropped, so that no session can crowd out another. */
export const MAX_WAITING_PER_SESSION = 512;
/** Sessions with logs that wait. */
export const MAX_SESSIONS = 256;

interface Waiting {
  readonly processName: string;
  logs: BoundaryLog[];
}

export interface NextFrame {
  readonly frame: Buffer;
  /** The agent has it. */
  take(): void;
}

/** What has not been handed to the agent yet, by session, served in turn. */
export class BoundaryQueue {
  readonly #sessions = new Map<string, Waiting>();
  #dropped = 0;

  /** Logs dropped because the agent did not take them in time. They are in our own audit all the same. */
  get dropped(): number {
    return this.#dropped;
  }

  get isEmpty(): boolean {
    return this.#sessions.size === 0;
  }

  add(sessionId: string, processName: string, log: BoundaryLog): void {
    const waiting = this.#sessions.get(sessionId) ?? { processName, logs: [] };
    const isFull =
      waiting.logs.length >= MAX_WAITING_PER_SESSION ||
      (waiting.logs.length === 0 && this.#sessions.size >= MAX_SESSIONS);
    if (isFull) {
      this.#dropped += 1;
      return;
    }
    waiting.logs.push(log);
    this.#sessions.set(sessionId, waiting);
  }

  /** The oldest logs of the session whose turn it is; they wait on until taken out. */
  peek(): NextFrame | undefined {
    const [first] = this.#sessions;
    if (first === undefined) return undefined;
    const [sessionId, waiting] = first;
    const { frame, count } = encodeFrame(sessionId, waiting.processName, waiting.logs);
    const take = (): void => {
      waiting.logs = waiting.logs.slice(count);
      this.#sessions.delete(sessionId);
      if (waiting.logs.length > 0) this.#sessions.set(sessionId, waiting);
    };
    return { frame, take };
  }
}
