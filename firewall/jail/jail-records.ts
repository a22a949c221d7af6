/** The records of a jail's life: `open` before the command runs, `close` with its status. */
import type { Ending, NewRecord, Recorder } from '../../audit';
import type { JailSession } from '../jail-session';

export interface JailRecordsOptions {
  readonly recorder: Recorder;
  /** UUIDv7. */
  newId(): string;
  policyVersion(): string;
  /** `allow`: a jail starts although its record could not be written. */
  onAuditFailure(): 'block' | 'allow';
}

export interface JailEnd {
  readonly ending: Ending;
  /** Exit status of the command, 128 + n for signal n. */
  readonly status?: number;
}

/** Longest command line kept in a record, in arguments and in characters per argument. */
const MAX_ARGUMENTS = 64;
const MAX_ARGUMENT_LENGTH = 256;

/** `https://user:secret@host` in an argument loses what stands before the `@`. */
const URL_CREDENTIALS = /(\w+:\/\/)[^/\s@]+@/g;

/** A command line as records show it: bounded, without credentials in URLs. */
export function recordedArguments(argv: readonly string[]): readonly string[] {
  return argv
    .slice(0, MAX_ARGUMENTS)
    .map((argument) => argument.slice(0, MAX_ARGUMENT_LENGTH).replace(URL_CREDENTIALS, '$1…@'));
}

export class JailRecords {
  readonly #ids = new Map<JailSession, string>();
  readonly #pending = new Set<Promise<unknown>>();

  constructor(readonly options: JailRecordsOptions) {}

  /** Rejects when the record is not durable and the policy wants it to be. */
  async open(session: JailSession): Promise<void> {
    const id = this.options.newId();
    this.#ids.set(session, id);
    const { level, cwd, workdir, pid, uid } = session;
    const command = recordedArguments(session.command);
    const data = { level, cwd, workdir, pid, uid, command };
    await this.write(session, { id, kind: 'jail', phase: 'open', data }).catch((error: unknown) => {
      if (this.options.onAuditFailure() === 'block') throw error;
    });
  }

  /** Waits for every record of the session; resolves when they are durable or have failed. */
  async close(session: JailSession, { ending, status }: JailEnd): Promise<void> {
    const id = this.#ids.get(session);
    this.#ids.delete(session);
    await Promise.allSettled(this.#pending);
    if (id === undefined) return;
    const data = { ending, status, level: session.level };
    await this.write(session, { id, kind: 'jail', phase: 'close', data }).catch(() => undefined);
  }

  /** A protected path that was not there to be protected exists at the end. */
  recordCreated(session: JailSession, path: string): void {
    const data = {
      op: 'create',
      path,
      effect: 'allow',
      reason: 'not_protected',
      level: session.level,
    };
    const record = { id: this.options.newId(), kind: 'file', phase: 'event', data } as const;
    this.write(session, record).catch(() => undefined);
  }

  /** Adds session, sequence, policy and facts to a record and writes it. */
  write(
    session: JailSession,
    record: Pick<NewRecord, 'id' | 'kind' | 'phase' | 'data' | 'content'> & Partial<NewRecord>,
  ): Promise<unknown> {
    const written = this.options.recorder.record({
      ...session.facts,
      policy: { version: this.options.policyVersion() },
      ...record,
      firewall: { sessionId: session.id, sequence: session.nextSequence() },
    });
    this.#pending.add(written);
    const forget = () => this.#pending.delete(written);
    written.then(forget, forget);
    return written;
  }
}
