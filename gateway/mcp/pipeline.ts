import type { IncomingMessage, ServerResponse } from 'node:http';
import { newId, type Ending, type NewRecord, type Recorder } from '../../audit';
import { identifyClient } from '../../clients';
import type { CompiledPolicy } from '../../policy';
import type { Caller } from '../admission';
import { receiveBody } from '../body';
import type { Admit } from '../exchange';
import { forwardedRequestHeaders, withoutHeader } from '../headers';
import { SILENT, type Logger } from '../logger';
import type { PolicySource } from '../pipeline';
import { REFUSALS } from '../refuse';
import { McpAnswer, type AnswerReading } from './answer';
import { decideMessage, isToolVisible, type McpRules } from './decide';
import { hasHeaderMismatch } from './header-check';
import type { McpLimits } from './limits';
import { readMessage, type McpMessage } from './message';
import { isStateless, lacksTarget, protocolVersionOf, subjectOf, type McpSubject } from './methods';
import { changedTool, closeCall, openCall, refusedMessage, type CallStart } from './record';
import {
  MCP_REFUSALS,
  MESSAGE_FAULTS,
  sendMcpRefusal,
  sendToolRefusal,
  type McpRefusal,
} from './refuse';
import { isForeignPage, mcpServerOf } from './route';
import { SESSION_HEADER, type McpEnding, type McpRequest, type McpUpstream } from './upstream';

/** One MCP server ready to be called. */
export interface McpServer {
  readonly upstream: McpUpstream;
  readonly rules: McpRules;
  /** Whether calls are recorded here; the relay leaves that to the server behind it and records refusals. */
  readonly isRecorded: boolean;
}

export interface McpPipelineOptions {
  readonly find: (name: string) => McpServer | undefined;
  readonly policy: PolicySource;
  readonly recorder: Recorder;
  readonly limits: McpLimits;
  readonly logger?: Logger;
  readonly clock?: () => number;
}

/** One request whose caller and server are known. */
interface McpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: McpServer;
  readonly caller: Caller;
  readonly policy: CompiledPolicy;
  readonly startedAtMs: number;
}

/** Order: admit, read, decide, record open, on to the server with a tap beside it, record close. */
export class McpPipeline {
  readonly #options: McpPipelineOptions;
  readonly #logger: Logger;
  readonly #clock: () => number;
  /** Ends the streams clients only listen to. */
  readonly #listeners = new Set<ServerResponse>();

  constructor(options: McpPipelineOptions) {
    this.#options = options;
    this.#logger = options.logger ?? SILENT;
    this.#clock = options.clock ?? (() => performance.now());
  }

  async run(request: IncomingMessage, response: ServerResponse, admit: Admit): Promise<void> {
    try {
      await this.#run(request, response, admit);
    } catch (error) {
      this.#logger.warn('MCP exchange failed', { error: String(error) });
      response.destroy();
    }
  }

  /** Ends what never ends by itself, so that whoever waits for everything else may. */
  endListeners(): void {
    for (const response of this.#listeners) response.destroy();
  }

  async #run(request: IncomingMessage, response: ServerResponse, admit: Admit): Promise<void> {
    const startedAtMs = this.#clock();
    if (isForeignPage(request.headers)) return this.#refuse(response, MCP_REFUSALS.originRefused);
    const admission = await admit(request);
    if (admission.kind === 'refused') return this.#refuse(response, admission.refusal);
    const server = this.#options.find(mcpServerOf(request.url ?? '') ?? '');
    if (server === undefined) return this.#refuse(response, MCP_REFUSALS.serverUnknown);
    const { caller } = admission;
    const { policy: source } = this.#options;
    const policy = typeof source === 'function' ? source(caller) : source;
    const exchange = { request, response, server, caller, policy, startedAtMs };
    if (request.method === 'POST') await this.#post(exchange);
    else if (request.method === 'GET') await this.#listen(exchange, 'GET');
    else if (request.method === 'DELETE') await this.#pass(exchange, { method: 'DELETE' });
    else this.#refuse(response, MCP_REFUSALS.methodRefused);
  }

  async #post(exchange: McpExchange): Promise<void> {
    const { request, response } = exchange;
    if (isEncoded(request)) return this.#refuse(response, MCP_REFUSALS.encodingRefused);
    const received = await receiveBody(request, this.#options.limits.maxMessageBytes);
    if (received.kind === 'client_gone') return;
    if (received.kind === 'too_large') return this.#refuse(response, REFUSALS.bodyTooLarge);
    const body = received.kind === 'body' ? received.bytes : Buffer.alloc(0);
    const message = readMessage(body);
    if (typeof message === 'string') return this.#refuse(response, MESSAGE_FAULTS[message]);
    const subject = subjectOf(message);
    const isWrong = subject !== undefined && lacksTarget(subject);
    if (isWrong) return this.#refuse(response, MCP_REFUSALS.targetMissing, message);
    if (hasHeaderMismatch(request.headers, message, subject))
      return this.#refuse(response, MCP_REFUSALS.headerMismatch, message);
    await this.#decide(exchange, body, message, subject);
  }

  async #decide(
    exchange: McpExchange,
    body: Buffer,
    message: McpMessage,
    subject: McpSubject | undefined,
  ): Promise<void> {
    const { policy, server } = exchange;
    const { decision, refusal } = decideMessage(policy, server.rules, subject);
    const start = this.#describe(exchange, message, subject, decision);
    if (refusal !== undefined) return this.#refuseRecorded(exchange, start, refusal);
    if (subject?.method === 'subscriptions/listen')
      return this.#listen(exchange, 'POST', { body, message });
    if (subject?.isCall === true && server.isRecorded)
      return this.#call(exchange, start, { body, message });
    await this.#pass(exchange, { method: 'POST', body, message });
  }

  /** A tool, prompt or resource is used: recorded from before to after. */
  async #call(exchange: McpExchange, start: CallStart, sent: Sent): Promise<void> {
    const isOpen = await this.#record(openCall(start));
    if (!isOpen && exchange.policy.auditOnFailure === 'block')
      return this.#refuse(exchange.response, REFUSALS.auditUnavailable, sent.message);
    const callId = sent.message?.kind === 'request' ? { callId: sent.message.id } : {};
    const { answer, ending } = await this.#send(exchange, { ...sent, method: 'POST' }, callId);
    const facts = answer.facts();
    const refusal = this.#answerRefusal(exchange, ending, sent.message);
    await this.#record(
      closeCall(start, {
        ending: endingOf(ending, answer.status),
        status: refusal?.status ?? answer.status,
        durationMs: this.#clock() - exchange.startedAtMs,
        ...(facts === undefined ? {} : { facts }),
        ...(refusal === undefined ? {} : { errorCode: refusal.code }),
      }),
    );
  }

  /** The protocol's own business, and lists, which are filtered. */
  async #pass(exchange: McpExchange, sent: SentAs): Promise<void> {
    const isList = sent.message?.kind === 'request' && sent.message.method === 'tools/list';
    const showTool = isList ? { showTool: this.#showTool(exchange) } : {};
    const { ending } = await this.#send(exchange, sent, showTool);
    this.#answerRefusal(exchange, ending, sent.message);
  }

  /** A stream without an end of its own. A resumed one can bring a list whose first stream was cut, so all are filtered. */
  async #listen(exchange: McpExchange, method: 'GET' | 'POST', sent: Sent = {}): Promise<void> {
    const { response } = exchange;
    if (this.#listeners.size >= this.#options.limits.maxListeners)
      return this.#refuse(response, MCP_REFUSALS.listenersFull, sent.message);
    this.#listeners.add(response);
    const showTool = this.#showTool(exchange);
    const sentAs = { ...sent, method, isListening: true };
    const { ending } = await this.#send(exchange, sentAs, { showTool });
    this.#listeners.delete(response);
    this.#answerRefusal(exchange, ending, sent.message);
  }

  async #send(
    { request, response, server, caller }: McpExchange,
    { method, body, message, isListening = false }: SentAs,
    reading: Omit<AnswerReading, 'limits'>,
  ): Promise<{ answer: McpAnswer; ending: McpEnding }> {
    const answer = new McpAnswer({ ...reading, limits: this.#options.limits });
    const sessionId = request.headers[SESSION_HEADER];
    const outgoing: McpRequest = {
      method,
      headers: onwardHeaders(request),
      body: body ?? null,
      caller,
      isListening,
      isStateless: isStateless(single(request.headers['mcp-protocol-version'])),
      ...(message === undefined ? {} : { message }),
      ...(typeof sessionId === 'string' ? { sessionId } : {}),
    };
    const ending = await server.upstream.send(outgoing, response, answer);
    return { answer, ending };
  }

  #showTool({ policy, server, caller }: McpExchange) {
    const { rules } = server;
    return (tool: Readonly<Record<string, unknown>>) => {
      const name = tool['name'];
      if (typeof name !== 'string') return false;
      const change = rules.pins?.see(tool);
      if (change !== undefined)
        void this.#record(changedTool(newId(), { caller, policy, server: rules.server }, change));
      return isToolVisible(policy, rules, name);
    };
  }

  #describe(
    { request, caller, policy, server }: McpExchange,
    message: McpMessage,
    subject: McpSubject | undefined,
    decision: CallStart['decision'],
  ): CallStart {
    return {
      id: newId(),
      caller,
      policy,
      decision,
      message,
      server: server.rules.server,
      subject: subject ?? { method: 'response', isCall: false },
      protocolVersion: protocolVersionOf(single(request.headers['mcp-protocol-version']), message),
      ...identifyClient(request.headers),
    };
  }

  async #refuseRecorded(
    exchange: McpExchange,
    start: CallStart,
    refusal: McpRefusal,
  ): Promise<void> {
    const { response } = exchange;
    const { message, subject } = start;
    const isToolCall = message?.kind === 'request' && subject.method === 'tools/call';
    const durationMs = this.#clock() - exchange.startedAtMs;
    const end = { ending: 'refused' as const, durationMs, errorCode: refusal.code };
    const status = isToolCall ? 200 : refusal.status;
    await Promise.all(
      subject.isCall
        ? [this.#record(openCall(start)), this.#record(closeCall(start, { ...end, status }))]
        : [this.#record(refusedMessage(start, refusal.code))],
    );
    if (isToolCall) sendToolRefusal(response, refusal, message);
    else sendMcpRefusal(response, refusal, message);
  }

  /** What the client is told when no answer came; undefined when one did. */
  #answerRefusal(
    { response, server }: McpExchange,
    ending: McpEnding,
    message: McpMessage | undefined,
  ): McpRefusal | undefined {
    const refusal = refusalOf(ending);
    if (refusal === undefined) return undefined;
    const error = 'error' in ending ? ending.error.message : '';
    this.#logger.warn('MCP server did not answer', {
      server: server.rules.server,
      code: refusal.code,
      error,
    });
    sendMcpRefusal(response, refusal, message);
    return refusal;
  }

  /** Refused before anything was decided: told to the operator, not recorded, or strangers could fill the ledger. */
  #refuse(response: ServerResponse, refusal: McpRefusal, message?: McpMessage): void {
    this.#logger.warn('MCP request refused', { code: refusal.code });
    sendMcpRefusal(response, refusal, message);
  }

  async #record(record: NewRecord): Promise<boolean> {
    try {
      await this.#options.recorder.record(record);
      return true;
    } catch (error) {
      this.#logger.warn('record not written', { id: record.id, error: String(error) });
      return false;
    }
  }
}

interface Sent {
  readonly body?: Buffer;
  readonly message?: McpMessage;
}

interface SentAs extends Sent {
  readonly method: McpRequest['method'];
  readonly isListening?: boolean;
}

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function refusalOf(ending: McpEnding): McpRefusal | undefined {
  if (ending.kind === 'refused') return ending.refusal;
  if (ending.kind !== 'upstream_error' && ending.kind !== 'declined') return undefined;
  const { code } = ending.error as { code?: string };
  return TIMEOUTS.has(code ?? '') ? MCP_REFUSALS.serverTimeout : MCP_REFUSALS.serverUnreachable;
}

/** A tool that says it failed has completed its call. */
function endingOf(ending: McpEnding, status = 0): Ending {
  if (ending.kind === 'completed') return status >= 400 ? 'upstream_error' : 'completed';
  const isAnswered = ending.kind === 'client_gone' || ending.kind === 'upstream_cut';
  return isAnswered ? ending.kind : 'upstream_error';
}

/** Answers are read, so they may not come compressed; the session is the receiver's business. */
function onwardHeaders({ rawHeaders }: IncomingMessage): readonly string[] {
  const forwarded = forwardedRequestHeaders(rawHeaders);
  return ['accept-encoding', 'origin', 'cookie', SESSION_HEADER].reduce(withoutHeader, forwarded);
}

function isEncoded({ headers }: IncomingMessage): boolean {
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding.trim().toLowerCase() !== 'identity';
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
