import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { forward, type AnswerObserver, type ExchangeEnding } from '../forward';
import { CONTEXT_HEADER } from '../headers';
import { REFUSALS } from '../refuse';
import type { RelaySession } from '../relay-session';
import { isContextExpired } from '../relay-server';
import { SESSION_HEADER, type McpEnding, type McpRequest, type McpUpstream } from './upstream';

export interface RelayUpstreamOptions {
  readonly pools: { readonly calls: Dispatcher; readonly streams: Dispatcher };
  readonly session: RelaySession;
  readonly host: string;
  readonly path: string;
  /** Read at every use. */
  readonly sessionToken: () => string;
}

/** An MCP server behind the aigov server: session token and attribution out, sessions and bytes unchanged. */
export class RelayUpstream implements McpUpstream {
  readonly #options: RelayUpstreamOptions;

  constructor(options: RelayUpstreamOptions) {
    this.#options = options;
  }

  async send(
    request: McpRequest,
    response: ServerResponse,
    observer: AnswerObserver,
  ): Promise<McpEnding> {
    let ending = await this.#attempt(request, response, observer, true);
    if (ending.kind === 'declined') {
      // A restarted server forgot this registration. It refused before the request went anywhere, so it is sent again.
      this.#options.session.forget();
      ending = await this.#attempt(request, response, observer, false);
    }
    return ending.kind === 'upstream_error'
      ? { kind: 'refused', refusal: REFUSALS.serverUnreachable }
      : ending;
  }

  /** The relay renews no sessions: the server does. */
  ask(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Connections belong to whoever made this. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  async #attempt(
    request: McpRequest,
    response: ServerResponse,
    observer: AnswerObserver,
    mayDecline: boolean,
  ): Promise<ExchangeEnding> {
    const { pools, session, host, path, sessionToken } = this.#options;
    const { repository, firewall } = request.caller.context ?? {};
    const context = await session.header({
      ...(repository === undefined ? {} : { repository }),
      ...(firewall === undefined ? {} : { firewall }),
    });
    const headers = [...request.headers, 'host', host, 'authorization', `Bearer ${sessionToken()}`];
    if (context !== undefined) headers.push(CONTEXT_HEADER, context);
    if (request.sessionId !== undefined) headers.push(SESSION_HEADER, request.sessionId);
    const dispatcher = request.isListening ? pools.streams : pools.calls;
    return forward(
      { dispatcher, method: request.method, path, headers, body: request.body },
      response,
      {
        declines: (status, answered) => mayDecline && isContextExpired(status, answered),
        filterFor: (status, answered) => observer.filterFor?.(status, answered),
        onHead: (status, answered) => observer.onHead(status, answered),
        onData: (chunk) => observer.onData(chunk),
      },
    );
  }
}
