import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { AnswerObserver } from '../../forward';
import type { Logger } from '../../logger';
import { MCP_REFUSALS, type McpRefusal } from '../refuse';
import {
  SESSION_HEADER,
  type AskAnswer,
  type McpEnding,
  type McpRequest,
  type McpUpstream,
} from '../upstream';
import { Channel } from './channel';
import type { StdioLimits } from './limits';
import type { ProcessEnd, StdioCommand } from './process';
import { StdioSession } from './session';

/** Wait before a server that failed is started again: doubled with each failure, up to the longest. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;

export interface StdioOptions {
  readonly name: string;
  readonly command: StdioCommand;
  readonly limits: StdioLimits;
  /** Wait for an answer to the proxy's own requests, in milliseconds. */
  readonly askTimeoutMs: number;
  readonly logger: Logger;
}

/**
 * An MCP server that is a program on this machine. No process serves two people: each session has its own, and in the
 * generation without sessions each user.
 */
export class StdioUpstream implements McpUpstream {
  readonly #options: StdioOptions;
  readonly #idleCheck: NodeJS.Timeout;
  /** By session id, or by user. */
  readonly #sessions = new Map<string, StdioSession>();
  readonly #byUser = new Map<string, StdioSession>();
  #failures = 0;
  #restsUntilMs = 0;

  constructor(options: StdioOptions) {
    this.#options = options;
    const everyMs = Math.min(options.limits.idleSeconds * 1000, 10_000);
    this.#idleCheck = setInterval(() => this.#endIdle(), everyMs);
    this.#idleCheck.unref();
  }

  send(
    request: McpRequest,
    response: ServerResponse,
    observer: AnswerObserver,
  ): Promise<McpEnding> {
    const found = this.#find(request);
    if ('refusal' in found) return Promise.resolve({ kind: 'refused', refusal: found.refusal });
    if ('declined' in found) return Promise.resolve(decline(observer));
    const { session, id } = found;
    if (request.method === 'DELETE') return this.#end(session, response);
    return exchange(session, request, {
      response,
      observer,
      headers: id === undefined ? [] : [SESSION_HEADER, id],
    });
  }

  async ask(request: McpRequest): Promise<AskAnswer | undefined> {
    const found = this.#find(request);
    if ('refusal' in found) return undefined;
    if ('declined' in found) return { status: 404 };
    const { session, id } = found;
    const { message } = request;
    const sessionId = id === undefined ? {} : { sessionId: id };
    if (message?.kind !== 'request') {
      if (message !== undefined) session.notify(message);
      return { status: 202, ...sessionId };
    }
    return new Promise((resolve) => {
      const answer = { status: 200, ...sessionId };
      const timer = setTimeout(() => resolve(undefined), this.#options.askTimeoutMs);
      const settle = (value: AskAnswer | undefined) => {
        clearTimeout(timer);
        resolve(value);
      };
      session.request(message, {
        message: () => undefined,
        finish: () => settle(answer),
        fail: () => settle(undefined),
      });
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#idleCheck);
    const all = [...this.#sessions.values(), ...this.#byUser.values()];
    await Promise.all(all.map((session) => session.close()));
  }

  /** The process a request is for; the first of a session or user starts it. */
  #find({ message, method, sessionId, isStateless, caller }: McpRequest): Found {
    if (isStateless) {
      if (method !== 'POST') return { refusal: MCP_REFUSALS.methodRefused };
      const { user } = caller.identity;
      const running = this.#byUser.get(user);
      if (running !== undefined) return { session: running };
      return this.#start(this.#byUser, user);
    }
    if (sessionId !== undefined) {
      const session = this.#sessions.get(sessionId);
      return session === undefined ? { declined: true } : { session, id: sessionId };
    }
    const isHandshake = message?.kind === 'request' && message.method === 'initialize';
    if (!isHandshake) return { refusal: MCP_REFUSALS.sessionUnknown };
    const id = randomUUID();
    const started = this.#start(this.#sessions, id);
    return 'session' in started ? { ...started, id } : started;
  }

  #start(running: Map<string, StdioSession>, key: string): Found {
    const { command, limits } = this.#options;
    const restMs = this.#restsUntilMs - performance.now();
    if (restMs > 0) return { refusal: resting(restMs) };
    if (this.#sessions.size + this.#byUser.size >= limits.processes)
      return { refusal: MCP_REFUSALS.serverFull };
    const session = new StdioSession({
      command,
      limits,
      onEnd: (end, hasAnswered) => {
        running.delete(key);
        this.#note(end, hasAnswered);
      },
    });
    running.set(key, session);
    return { session };
  }

  /** A process that never answered, or had to be ended, is a failure. */
  #note(end: ProcessEnd, hasAnswered: boolean): void {
    const isFailure = end !== 'ended' || !hasAnswered;
    this.#failures = isFailure ? this.#failures + 1 : 0;
    if (!isFailure) return;
    const restMs = Math.min(FIRST_REST_MS * 2 ** (this.#failures - 1), LONGEST_REST_MS);
    this.#restsUntilMs = performance.now() + restMs;
    const { name, logger } = this.#options;
    logger.warn('MCP server process failed', { server: name, end, restMs });
  }

  async #end(session: StdioSession, response: ServerResponse): Promise<McpEnding> {
    await session.close();
    response.writeHead(200).end();
    return { kind: 'completed' };
  }

  #endIdle(): void {
    const idleMs = this.#options.limits.idleSeconds * 1000;
    for (const session of [...this.#sessions.values(), ...this.#byUser.values()])
      if (session.idleMs >= idleMs) void session.close();
  }
}

type Found =
  | { readonly session: StdioSession; readonly id?: string }
  | { readonly refusal: McpRefusal }
  /** The session has ended. */
  | { readonly declined: true };

interface Answering {
  readonly response: ServerResponse;
  readonly observer: AnswerObserver;
  readonly headers: readonly string[];
}

function exchange(
  session: StdioSession,
  { method, message, isStateless, isListening }: McpRequest,
  { response, observer, headers }: Answering,
): Promise<McpEnding> {
  if (method === 'POST' && message?.kind !== 'request') {
    if (message !== undefined) session.notify(message);
    response.writeHead(202).end();
    return Promise.resolve({ kind: 'completed' });
  }
  if (response.destroyed) return Promise.resolve({ kind: 'client_gone' });
  let leave: (isCancelled: boolean) => void = () => undefined;
  const channel = new Channel({
    response,
    observer,
    headers,
    // Only without sessions is leaving a cancellation (MCP, Streamable HTTP of each revision).
    onOver: (isAnswered) => leave(isStateless && !isAnswered),
    onBlocked: (isBlocked) => session.block(isBlocked),
  });
  if (message?.kind === 'request') leave = session.request(message, channel, isListening);
  else {
    channel.open();
    leave = session.listen(channel);
  }
  return channel.ending;
}

/** As an HTTP server says it: 404. */
function decline(observer: AnswerObserver): McpEnding {
  if (observer.declines?.(404, []) === true)
    return { kind: 'declined', error: new Error('session unknown') };
  return { kind: 'refused', refusal: MCP_REFUSALS.sessionUnknown };
}

function resting(restMs: number): McpRefusal {
  return { ...MCP_REFUSALS.serverResting, retryAfterSeconds: Math.ceil(restMs / 1000) };
}
