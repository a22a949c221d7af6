/** JSON as it came from a stranger. */
export type JsonObject = { readonly [key: string]: unknown };

/** What the gateway needs to know of a request before it goes upstream. */
export interface RequestFacts {
  readonly model: string;
  readonly isStreaming: boolean;
  /** The last user text of the last message, when that message is the user's (Coder's rule). */
  readonly prompt?: string;
  /** The most output tokens the request allows. */
  readonly maxOutputTokens?: number;
  /** System prompt or instructions, as one text. */
  readonly systemPrompt?: string;
  /** Results of tool calls that came in with this turn; their ids link it to the interception that made the calls. */
  readonly toolResults: readonly ToolResult[];
}

export interface ToolResult {
  /** Id of the tool call. */
  readonly id: string;
  readonly text: string;
}

/** Token counts of one upstream answer. Units: tokens. */
export interface TokenUsage {
  /** Excludes both cache classes. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Served from the provider's prompt cache. */
  readonly cacheReadTokens: number;
  /** Written to the provider's prompt cache. */
  readonly cacheWriteTokens: number;
  readonly serviceTier?: string;
  /** The provider's own usage object, unchanged. */
  readonly raw: JsonObject;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text as the model wrote it. */
  readonly arguments: string;
}

/** What an answer said, whether it came whole or in pieces. */
export interface ResponseFacts {
  readonly usage?: TokenUsage;
  readonly toolCalls: readonly ToolCall[];
  readonly output: string;
  readonly reasoning: string;
  /** Model named by the answer; may be more precise than the request's. */
  readonly model?: string;
  readonly responseId?: string;
  readonly stopReason?: string;
  /** Type of an error the answer reported in its own form. */
  readonly errorType?: string;
  /** False when the protocol's last word never came. */
  readonly isComplete: boolean;
}

export const EMPTY_RESPONSE: ResponseFacts = {
  toolCalls: [],
  output: '',
  reasoning: '',
  isComplete: false,
};

/** Adds up a streamed answer event by event. Never throws for what a stranger sends. */
export interface StreamReader {
  push(event: string, data: string): void;
  facts(): ResponseFacts;
}

/** Why the gateway itself answers instead of the upstream. */
export interface Refusal {
  readonly status: number;
  /** Stable, UPPER_SNAKE, in `docs/errors.md`. */
  readonly code: string;
  /** For the person at the client. Never holds a secret or a prompt. */
  readonly message: string;
  /** Whether sending the same request again can help. */
  readonly isRetryable: boolean;
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

export interface RenderedRefusal {
  readonly status: number;
  readonly body: object;
}

/** Judges a tool call the model made: undefined lets it through, else the words that stand in its place. */
export type JudgeCall = (call: ToolCall) => string | undefined;

/** One event of a stream with all the bytes it came in: a server-sent event with its blank line, or a binary message. */
export interface RawEvent {
  readonly raw: Buffer;
  readonly event: string;
  readonly data: string;
}

/** An event in bytes, as its protocol frames it. Without a name for the protocols that do not name theirs. */
export type RenderEvent = (name: string, data: object) => Buffer;

/**
 * Holds the tool calls of a streamed answer back until they are judged; everything else passes as it came. A forbidden
 * call is replaced by text, in the protocol's own form.
 */
export interface StreamGuard {
  /** What may go on now, in order. */
  push(event: RawEvent): readonly Buffer[];
  /** The answer is over, properly: what is still held. */
  end(): readonly Buffer[];
}

/** One API of one provider: each `providers/<name>/` folder is one. */
export interface WireFormat {
  readonly name: string;
  /** Undefined when the body is not a request of this format. `path` is without the query. */
  readRequest(body: JsonObject, path: string): RequestFacts | undefined;
  readResponse(body: JsonObject): ResponseFacts;
  createStreamReader(): StreamReader;
  /** The answer without its forbidden tool calls; undefined when none is. */
  guardResponse(body: JsonObject, judge: JudgeCall): JsonObject | undefined;
  createStreamGuard(judge: JudgeCall): StreamGuard;
  /** A refusal in the protocol's own shape, with the status at which its clients stop at once. */
  renderRefusal(refusal: Refusal): RenderedRefusal;
}

/** What happens to one endpoint: read and recorded in full, or let through and noted. */
export type Endpoint =
  | { readonly kind: 'intercepted'; readonly route: string; readonly format: WireFormat }
  | { readonly kind: 'passed'; readonly route: string };

/** A vendor's family of APIs and how its keys travel. */
export interface ProviderType {
  readonly type: string;
  /** The allowlist: undefined is refused, because a central key may be an admin key. `path` is without provider name and query. */
  endpoint(method: string, path: string): Endpoint | undefined;
  /** Path upstream for the client's path, given the path of the provider's base URL (no trailing slash). */
  upstreamPath(basePath: string, path: string): string;
  /** Header name and value under which a central key goes upstream. */
  keyHeader(key: string): readonly [name: string, value: string];
  /** Shape of refusals where no endpoint has its own. */
  readonly defaultFormat: WireFormat;
}
