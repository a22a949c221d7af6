/**
 * What the parts of the firewall (egress, DNS, guard) know about the jail they serve. One session per jailed
 * command; its id and sequence numbers order the records of the session.
 */
import { randomUUID } from 'node:crypto';
import type { Actor, WorkspaceFacts } from '../audit';
import type { Level } from '../policy';

/** Facts that do not change while the daemon runs; every record carries them. */
export interface FirewallFacts {
  readonly actor?: Actor;
  readonly workspace?: WorkspaceFacts;
  readonly taskId?: string;
}

export interface JailSession {
  /** UUID of this run of the firewall around one command. */
  readonly id: string;
  readonly level: Level;
  /** Process id of the supervisor, seen from outside the jail. */
  readonly pid: number;
  readonly uid: number;
  readonly cwd: string;
  /** Top level of the git repository around `cwd`, else `cwd`: what the agent works on. */
  readonly workdir: string;
  readonly home: string;
  readonly command: readonly string[];
  readonly facts: FirewallFacts;
  /** 0, 1, 2, … over all records of the session. */
  nextSequence(): number;
}

/** Creates a session; ids are random, so a restarted daemon never reuses one. */
export function createJailSession(
  parts: Omit<JailSession, 'id' | 'nextSequence'>,
  id: string = randomUUID(),
): JailSession {
  let sequence = 0;
  return { ...parts, id, nextSequence: () => sequence++ };
}
