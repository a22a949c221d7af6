import {
  linkSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { AigovError } from '../policy';

/** Who holds a lock. Start time and boot tell a process from a later one with the same number. */
interface Holder {
  readonly pid: number;
  readonly startTicks: string;
  readonly bootId: string;
}

/** One writer per directory and name. */
export interface WriterLock {
  release(): void;
}

/**
 * Takes the lock `name` in `directory`, or refuses with the holder named. A lock whose process died, by
 * SIGKILL too, is taken over.
 *
 * Node offers no flock, so the lock is a numbered file: the highest number holds. A taker links the next number,
 * which only one can do, then looks again: if somebody came higher meanwhile it yields. INVARIANT: the
 * highest number is never removed, only emptied on release; else a slow taker and a fresh one could both win.
 *
 * @throws AigovError AUDIT_LOCKED
 */
export function acquireWriterLock(directory: string, name: string): WriterLock {
  const prefix = `${name}.`;
  const current = highest(directory, prefix);
  if (current > 0) refuseWhenAlive(join(directory, `${prefix}${current}`));
  const mine = current + 1;
  if (!tryLink(directory, prefix, mine) || highest(directory, prefix) > mine) {
    return acquireWriterLock(directory, name);
  }
  for (const number of numbers(directory, prefix)) {
    if (number < mine) rmSync(join(directory, `${prefix}${number}`), { force: true });
  }
  return { release: () => truncateSync(join(directory, `${prefix}${mine}`)) };
}

function numbers(directory: string, prefix: string): number[] {
  return readdirSync(directory)
    .filter((file) => file.startsWith(prefix) && /^\d+$/.test(file.slice(prefix.length)))
    .map((file) => Number(file.slice(prefix.length)));
}

function highest(directory: string, prefix: string): number {
  return Math.max(0, ...numbers(directory, prefix));
}

/** Links a complete file into place, so that nobody ever reads half a holder. */
function tryLink(directory: string, prefix: string, number: number): boolean {
  const draft = join(directory, `.${prefix}${randomUUID()}`);
  const holder: Holder = {
    pid: process.pid,
    startTicks: processStat(process.pid)?.startTicks ?? '',
    bootId: bootId(),
  };
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    linkSync(draft, join(directory, `${prefix}${number}`));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

function refuseWhenAlive(file: string): void {
  const holder = readHolder(file);
  if (holder === undefined || !isAlive(holder)) return;
  throw new AigovError('AUDIT_LOCKED', `${file}: process ${holder.pid} writes here already`, {
    remedy: `Stop process ${holder.pid}, or use another directory.`,
    at: file,
  });
}

/** Undefined when released (empty) or gone meanwhile. */
function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.bootId !== bootId()) return false;
  const stat = processStat(holder.pid);
  if (stat !== undefined) return stat.startTicks === holder.startTicks && stat.isRunning;
  try {
    process.kill(holder.pid, 0);
    return holder.startTicks === ''; // without /proc the number is all there is
  } catch {
    return false;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** Fields 3 (state) and 22 (start time) of proc_pid_stat(5); the name in field 2 may hold anything. */
function processStat(pid: number): { startTicks: string; isRunning: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { startTicks: fields[19] ?? '', isRunning: !['Z', 'X'].includes(fields[0] ?? 'X') };
  } catch {
    return undefined;
  }
}
