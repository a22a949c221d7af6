import type { ServerResponse } from 'node:http';
import type { Caller } from '../admission';
import type { AnswerObserver, ExchangeEnding } from '../forward';
import type { McpMessage } from './message';
import type { McpRefusal } from './refuse';

/** One HTTP request of an MCP client on its way to a server. */
export interface McpRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** Names and values in turn; without credentials, session and what belongs to the hop. */
  readonly headers: readonly string[];
  readonly body: Buffer | null;
  /** What the body says; only of a POST. */
  readonly message?: McpMessage;
  readonly caller: Caller;
  /** The session, by the id the receiver knows it by. */
  readonly sessionId?: string;
  /** Of the generation without sessions. */
  readonly isStateless: boolean;
  /** A stream the client only listens to: it may be silent for hours. */
  readonly isListening: boolean;
}

/** `refused`: nothing went to the server, and the client still waits for an answer. */
export type McpEnding = ExchangeEnding | { readonly kind: 'refused'; readonly refusal: McpRefusal };

/** Answer to a request of the proxy's own. */
export interface AskAnswer {
  readonly status: number;
  readonly sessionId?: string;
}

/** What stands for one MCP server: an HTTP endpoint, processes of ours, or the aigov server behind a relay. */
export interface McpUpstream {
  /** Sends a request on and its answer to the client. Never rejects. */
  send(request: McpRequest, response: ServerResponse, observer: AnswerObserver): Promise<McpEnding>;
  /** Sends a message of the proxy's own and reads the answer to its end. Undefined: there was none. Never rejects. */
  ask(request: McpRequest): Promise<AskAnswer | undefined>;
  /** Ends its connections and processes. */
  close(): Promise<void>;
}

/** Header of a session, in both directions. */
export const SESSION_HEADER = 'mcp-session-id';
