import type { ServerResponse } from 'node:http';
import { Pool, type Dispatcher } from 'undici';
import { forward, type AnswerObserver } from '../forward';
import type { Credential } from './credential';
import type { McpLimits } from './limits';
import { MCP_REFUSALS } from './refuse';
import {
  SESSION_HEADER,
  type AskAnswer,
  type McpEnding,
  type McpRequest,
  type McpUpstream,
} from './upstream';

/** An MCP server at an HTTP address. */
export class HttpUpstream implements McpUpstream {
  readonly #credential: Credential;
  readonly #host: string;
  readonly #path: string;
  readonly #calls: Pool;
  /** Streams that may be silent for hours have connections of their own. */
  readonly #streams: Pool;
  readonly #askTimeoutMs: number;

  constructor(url: string, credential: Credential, limits: McpLimits) {
    const { origin, host, pathname, search } = new URL(url);
    const { connectTimeoutMs: connectTimeout, answerTimeoutMs } = limits;
    this.#credential = credential;
    this.#host = host;
    this.#path = pathname + search;
    this.#askTimeoutMs = limits.askTimeoutMs;
    const headersTimeout = answerTimeoutMs;
    this.#calls = new Pool(origin, {
      connectTimeout,
      headersTimeout,
      bodyTimeout: answerTimeoutMs,
    });
    this.#streams = new Pool(origin, { connectTimeout, headersTimeout, bodyTimeout: 0 });
  }

  async send(
    request: McpRequest,
    response: ServerResponse,
    observer: AnswerObserver,
  ): Promise<McpEnding> {
    const ending = await this.#attempt(request, response, observer, false);
    if (ending !== 'credential_refused') return ending;
    if (!this.#credential.isRenewable) return REFUSED;
    const again = await this.#attempt(request, response, observer, true);
    return again === 'credential_refused' ? REFUSED : again;
  }

  async ask(request: McpRequest): Promise<AskAnswer | undefined> {
    const given = await this.#credential.headersFor(request.caller, false);
    if ('refusal' in given) return undefined;
    try {
      const answer = await this.#calls.request({
        ...this.#options(request, given.headers),
        headersTimeout: this.#askTimeoutMs,
        bodyTimeout: this.#askTimeoutMs,
        signal: AbortSignal.timeout(this.#askTimeoutMs),
      });
      await firstMessage(answer.body);
      const sessionId = answer.headers[SESSION_HEADER];
      return {
        status: answer.statusCode,
        ...(typeof sessionId === 'string' ? { sessionId } : {}),
      };
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#calls.destroy(), this.#streams.destroy()]);
  }

  /** A 401 is between the server and us: passed on, it would send the client to log in somewhere. */
  async #attempt(
    request: McpRequest,
    response: ServerResponse,
    observer: AnswerObserver,
    isRefused: boolean,
  ): Promise<McpEnding | 'credential_refused'> {
    const given = await this.#credential.headersFor(request.caller, isRefused);
    if ('refusal' in given) return { kind: 'refused', refusal: given.refusal };
    let isUnauthorized = false;
    const ending = await forward(
      {
        dispatcher: request.isListening ? this.#streams : this.#calls,
        ...this.#options(request, given.headers),
      },
      response,
      {
        declines: (status, headers) => {
          isUnauthorized = status === 401;
          return isUnauthorized || observer.declines?.(status, headers) === true;
        },
        filterFor: (status, headers) => observer.filterFor?.(status, headers),
        onHead: (status, headers) => observer.onHead(status, headers),
        onData: (chunk) => observer.onData(chunk),
      },
    );
    return isUnauthorized ? 'credential_refused' : ending;
  }

  #options({ method, headers, body, sessionId }: McpRequest, credential: readonly string[]) {
    const session = sessionId === undefined ? [] : [SESSION_HEADER, sessionId];
    return {
      method: method as Dispatcher.HttpMethod,
      path: this.#path,
      headers: [...headers, ...session, ...credential, 'host', this.#host],
      body,
    };
  }
}

/** Most of an answer to a request of the proxy's own that is read. */
const MAX_ASKED_BYTES = 1024 * 1024;

/** Reads until there is one answer: a stream need not end with it. What it says does not matter here. */
async function firstMessage(body: AsyncIterable<Buffer>): Promise<void> {
  let length = 0;
  let tail = '';
  for await (const chunk of body) {
    length += chunk.length;
    tail = (tail + chunk.toString('latin1')).slice(-MAX_ASKED_BYTES);
    if (length > MAX_ASKED_BYTES || /(?:^|\n|\r)data:[^\n\r]*(?:\r?\n\r?\n|\r\r)/.test(tail))
      return;
  }
}

const REFUSED: McpEnding = { kind: 'refused', refusal: MCP_REFUSALS.credentialRefused };
