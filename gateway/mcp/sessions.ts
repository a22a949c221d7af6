import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { AnswerFilter } from '../guard/answer-filter';
import type { AnswerObserver } from '../forward';
import { rawHeader, withoutHeader, type RawHeaders } from '../headers';
import type { McpLimits } from './limits';
import { readMessage } from './message';
import { REFUSALS } from '../refuse';
import { MCP_REFUSALS } from './refuse';
import {
  SESSION_HEADER,
  type AskAnswer,
  type McpEnding,
  type McpRequest,
  type McpUpstream,
} from './upstream';

/** One client's session. Its id is ours, so that it outlives the server's. */
interface Session {
  readonly user: string;
  /** The client's handshake, to be repeated when the server has forgotten the session. */
  readonly handshake: McpRequest;
  upstreamId: string;
  usedAtMs: number;
  renewing?: Promise<boolean>;
}

/**
 * Sessions of the generation that has them. A session belongs to the user who began it. One the server has forgotten is
 * begun again without the client's help: servers say 404 as they must (MCP, session management), or 400 as many do, and
 * whether that means the session is found out by a ping.
 */
export class SessionUpstream implements McpUpstream {
  readonly #inner: McpUpstream;
  readonly #limits: McpLimits;
  readonly #clock: () => number;
  /** In the order of their last use. */
  readonly #sessions = new Map<string, Session>();

  constructor(inner: McpUpstream, limits: McpLimits, clock: () => number = Date.now) {
    this.#inner = inner;
    this.#limits = limits;
    this.#clock = clock;
  }

  send(
    request: McpRequest,
    response: ServerResponse,
    observer: AnswerObserver,
  ): Promise<McpEnding> {
    const { sessionId, ...bare } = request;
    if (request.isStateless) return this.#inner.send(bare, response, observer);
    if (sessionId === undefined) return this.#begin(bare, response, observer);
    const session = this.#use(sessionId, request.caller.identity.user);
    if (session === undefined) return Promise.resolve(UNKNOWN);
    return this.#continue(sessionId, session, bare, { response, observer });
  }

  ask(request: McpRequest): Promise<AskAnswer | undefined> {
    return this.#inner.ask(request);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #begin(request: McpRequest, response: ServerResponse, observer: AnswerObserver) {
    const { message, body } = request;
    const isHandshake = message?.kind === 'request' && message.method === 'initialize';
    if (!isHandshake) return this.#inner.send(request, response, observer);
    if ((body?.length ?? 0) > MAX_HANDSHAKE_BYTES) return Promise.resolve(TOO_LARGE);
    return this.#inner.send(request, response, this.#beginning(request, observer));
  }

  /** Notes the session an answer to a handshake begins, and gives it our id. */
  #beginning(handshake: McpRequest, observer: AnswerObserver): AnswerObserver {
    return withHeaders(observer, (headers) => {
      const upstreamId = rawHeader(headers, SESSION_HEADER);
      if (upstreamId === undefined) return headers;
      const id = randomUUID();
      const { user } = handshake.caller.identity;
      this.#sessions.set(id, { user, handshake, upstreamId, usedAtMs: this.#clock() });
      this.#forgetOldest();
      return withSession(headers, id);
    });
  }

  async #continue(
    id: string,
    session: Session,
    request: McpRequest,
    to: { readonly response: ServerResponse; readonly observer: AnswerObserver },
  ): Promise<McpEnding> {
    const observer = withHeaders(to.observer, (headers) => withSession(headers, id));
    const isEnd = request.method === 'DELETE';
    if (isEnd) this.#sessions.delete(id);
    let refusedWith: number | undefined;
    const declining = isEnd ? observer : declineWith(observer, (status) => (refusedWith = status));
    const { upstreamId } = session;
    const sent = { ...request, sessionId: upstreamId };
    const ending = await this.#inner.send(sent, to.response, declining);
    if (ending.kind !== 'declined') return ending;
    const isAlive = refusedWith === 400 && (await this.#isAlive(session, upstreamId));
    if (isAlive) return this.#inner.send(sent, to.response, observer);
    const isRenewed = session.upstreamId !== upstreamId || (await this.#renew(session));
    if (!isRenewed) {
      this.#sessions.delete(id);
      return UNKNOWN;
    }
    return this.#inner.send(afterRenewal(request, session.upstreamId), to.response, observer);
  }

  async #isAlive({ handshake }: Session, sessionId: string): Promise<boolean> {
    const answer = await this.#inner.ask({ ...ownRequest(handshake, PING), sessionId });
    return answer !== undefined && answer.status < 400;
  }

  /** One renewal at a time, however many requests wait for it. */
  #renew(session: Session): Promise<boolean> {
    session.renewing ??= this.#beginAgain(session).finally(() => delete session.renewing);
    return session.renewing;
  }

  async #beginAgain(session: Session): Promise<boolean> {
    const { handshake } = session;
    const answer = await this.#inner.ask(handshake);
    if (answer?.sessionId === undefined || answer.status >= 400) return false;
    const { sessionId } = answer;
    await this.#inner.ask({ ...ownRequest(handshake, INITIALIZED), sessionId });
    session.upstreamId = sessionId;
    return true;
  }

  #use(id: string, user: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || session.user !== user) return undefined;
    this.#sessions.delete(id);
    const nowMs = this.#clock();
    if (nowMs - session.usedAtMs > this.#limits.sessionIdleMs) return undefined;
    session.usedAtMs = nowMs;
    this.#sessions.set(id, session);
    return session;
  }

  #forgetOldest(): void {
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > this.#limits.maxSessions && oldest !== undefined)
      this.#sessions.delete(oldest);
  }
}

/** Largest handshake that is kept to be repeated. Real ones have some hundred bytes. */
export const MAX_HANDSHAKE_BYTES = 64 * 1024;
const TOO_LARGE: McpEnding = { kind: 'refused', refusal: REFUSALS.bodyTooLarge };
const UNKNOWN: McpEnding = { kind: 'refused', refusal: MCP_REFUSALS.sessionUnknown };
const PING = '{"jsonrpc":"2.0","id":"aigov-ping","method":"ping"}';
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

/** A message of our own, with the headers the client's handshake had. */
function ownRequest(handshake: McpRequest, text: string): McpRequest {
  const body = Buffer.from(text);
  const message = readMessage(body);
  return { ...handshake, body, ...(typeof message === 'string' ? {} : { message }) };
}

/** What the forgotten session sent cannot be resumed in the new one. */
function afterRenewal(request: McpRequest, sessionId: string): McpRequest {
  return { ...request, sessionId, headers: withoutHeader(request.headers, 'last-event-id') };
}

/** Keeps answers that may mean the session is gone from the client. */
function declineWith(observer: AnswerObserver, note: (status: number) => void): AnswerObserver {
  return {
    declines(status, headers) {
      if (status !== 404 && status !== 400) return observer.declines?.(status, headers) === true;
      note(status);
      return true;
    },
    filterFor: (status, headers) => observer.filterFor?.(status, headers),
    onHead: (status, headers) => observer.onHead(status, headers),
    onData: (chunk) => observer.onData(chunk),
  };
}

function withSession(headers: RawHeaders, id: string): RawHeaders {
  if (rawHeader(headers, SESSION_HEADER) === undefined) return headers;
  return [...withoutHeader(headers, SESSION_HEADER), SESSION_HEADER, id];
}

/** The same observer, the head changed before anybody sees it. */
function withHeaders(
  observer: AnswerObserver,
  change: (headers: RawHeaders) => RawHeaders,
): AnswerObserver {
  return {
    declines: (status, headers) => observer.declines?.(status, headers) === true,
    filterFor(status, headers) {
      const changed = change(headers);
      return observer.filterFor?.(status, changed) ?? passing(changed);
    },
    onHead: (status, headers) => observer.onHead(status, headers),
    onData: (chunk) => observer.onData(chunk),
  };
}

function passing(headers: RawHeaders): AnswerFilter {
  return { headers, push: (chunk) => chunk, end: () => undefined };
}
