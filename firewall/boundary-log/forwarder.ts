import { statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { AuditRecord, NewRecord, Recorder } from '../../audit';
import type { BoundaryLog } from './message';
import { BoundaryQueue } from './queue';

export interface BoundaryForwarderOptions {
  /** Unix socket of the workspace agent. */
  readonly path: string;
  readonly log: (line: string) => void;
  /** How long logs are gathered before they are sent. @default 250 */
  readonly gatherMs?: number;
  /** Wait before another try where nobody listens; doubles up to a minute. @default 1000 */
  readonly retryMs?: number;
}

/** Hands our network decisions to an unmodified Coder. Best effort: the audit itself is the spool. */
export interface BoundaryForwarder {
  /** Logs that were dropped. */
  readonly dropped: number;
  /** Notes a record once it is durable; only egress decisions are handed on. */
  note(record: NewRecord | AuditRecord): void;
  /** Sends what waits, where somebody takes it at once, and ends. */
  close(): Promise<void>;
}

const LONGEST_RETRY_MS = 60_000;
/** A closing firewall waits no longer for the agent. */
const LAST_WRITE_MS = 1_000;
const MAX_KNOWN_SESSIONS = 1_024;

export function createBoundaryForwarder(options: BoundaryForwarderOptions): BoundaryForwarder {
  return new SocketForwarder(options);
}

/** Records through `recorder`; what became durable is noted. */
export function noting(recorder: Recorder, forwarder: BoundaryForwarder): Recorder {
  return {
    async record(input) {
      const record = await recorder.record(input);
      forwarder.note(record);
      return record;
    },
  };
}

class SocketForwarder implements BoundaryForwarder {
  readonly #queue = new BoundaryQueue();
  /** Program of each jail, by session. */
  readonly #processes = new Map<string, string>();
  readonly #options: Required<BoundaryForwarderOptions>;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #retryMs: number;
  #isClosed = false;

  constructor(options: BoundaryForwarderOptions) {
    this.#options = { gatherMs: 250, retryMs: 1_000, ...options };
    this.#retryMs = this.#options.retryMs;
  }

  get dropped(): number {
    return this.#queue.dropped;
  }

  note(record: NewRecord | AuditRecord): void {
    const { kind, phase, firewall, data } = record;
    if (firewall === undefined || this.#isClosed) return;
    if (kind === 'jail' && phase === 'open') this.#remember(firewall.sessionId, data['command']);
    if (kind !== 'egress' || phase === 'close') return;
    const timeMs = 'time' in record ? Date.parse(record.time) : Date.now();
    const log = logOf(data, timeMs, firewall.sequence);
    this.#queue.add(firewall.sessionId, this.#processes.get(firewall.sessionId) ?? '', log);
    this.#schedule(this.#options.gatherMs);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#queue.isEmpty) await this.#flush();
    this.#isClosed = true;
    this.#socket?.destroy();
  }

  #remember(sessionId: string, command: unknown): void {
    const [program] = Array.isArray(command) ? (command as unknown[]) : [];
    if (this.#processes.size >= MAX_KNOWN_SESSIONS) this.#processes.clear();
    this.#processes.set(sessionId, typeof program === 'string' ? program : '');
  }

  #schedule(afterMs: number): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#flush();
    }, afterMs);
    this.#timer.unref();
  }

  /** One at a time: a frame stays in the queue until it is sent. */
  #flush(): Promise<void> {
    this.#flushing ??= this.#sendAll().finally(() => (this.#flushing = undefined));
    return this.#flushing;
  }

  /** Sends all that waits; what the agent does not take now is tried again. */
  async #sendAll(): Promise<void> {
    const socket = await this.#connected();
    if (socket === undefined) return this.#later();
    this.#retryMs = this.#options.retryMs;
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      if (!(await written(socket, next.frame))) return this.#later();
      next.take();
    }
  }

  #later(): void {
    this.#schedule(this.#retryMs);
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
  }

  async #connected(): Promise<Socket | undefined> {
    if (this.#socket !== undefined && !this.#socket.destroyed) return this.#socket;
    const { path } = this.#options;
    if (!isTrusted(path)) return undefined;
    this.#socket = await opened(path);
    if (this.#socket !== undefined) this.#options.log(`firewall: decisions also go to ${path}`);
    return this.#socket;
  }
}

/** A socket in /tmp may be anybody's: only this user's or root's is told what was decided. */
function isTrusted(path: string): boolean {
  const owner = statSync(path, { throwIfNoEntry: false })?.uid;
  return owner === process.getuid?.() || owner === 0;
}

function opened(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.unref();
    socket.once('connect', () => resolve(socket));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => resolve(undefined));
    socket.resume(); // the agent says nothing; an end of its side must be seen
  });
}

/** True once the kernel took the bytes; a reader that stands still for too long is given up. */
function written(socket: Socket, frame: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), LAST_WRITE_MS);
    socket.write(frame, (error) => {
      clearTimeout(timer);
      resolve(error === undefined || error === null);
    });
  });
}

function logOf(data: NewRecord['data'], timeMs: number, sequence: number): BoundaryLog {
  const isAllowed = data['effect'] === 'allow';
  return {
    isAllowed,
    timeMs,
    method: textOf(data['method']) ?? 'CONNECT',
    url:
      textOf(data['url']) ??
      `${textOf(data['protocol'])}://${textOf(data['host'])}:${Number(data['port'])}`,
    matchedRule: isAllowed ? (textOf(data['rule']) ?? '') : '',
    sequence,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
