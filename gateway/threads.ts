/** Tool calls remembered at once, over all users; the oldest go first. */
export const MAX_OPEN_CALLS = 50_000;

/** Where an interception stands in a conversation. */
export interface Thread {
  /** Id of the thread's first interception. */
  readonly id: string;
  /** The interception whose tool calls this one answers. Absent for the first. */
  readonly parentId?: string;
}

/**
 * Links interceptions by tool calls: whoever brings the result of a call goes on with the thread that made it. A call
 * counts for its own user only, since ids are what a stranger says. Memory of one process: after a restart, or at
 * another replica, a conversation begins a new thread.
 */
export class Threads {
  /** By user and tool-call id, oldest first. */
  readonly #calls = new Map<string, Required<Thread>>();

  /** The thread of an interception that brings these results. */
  threadOf(id: string, user: string, toolResultIds: readonly string[]): Thread {
    for (const callId of toolResultIds) {
      const call = this.#calls.get(keyOf(user, callId));
      if (call !== undefined) return call;
    }
    return { id };
  }

  /** Remembers the calls an interception's answer made. A call without an id of its own links nothing. */
  remember(
    id: string,
    user: string,
    thread: Thread,
    calls: readonly { readonly id: string; readonly name: string }[],
  ): void {
    for (const call of calls) {
      if (call.id === '' || call.id === call.name) continue;
      const key = keyOf(user, call.id);
      this.#calls.delete(key);
      this.#calls.set(key, { id: thread.id, parentId: id });
    }
    for (const key of this.#calls.keys()) {
      if (this.#calls.size <= MAX_OPEN_CALLS) return;
      this.#calls.delete(key);
    }
  }
}

function keyOf(user: string, callId: string): string {
  return `${user}\n${callId}`;
}
