import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync, gunzipSync } from 'node:zlib';
import { answerTurn, sendJson, type Pace } from './answer';
import { anthropicMessages } from './anthropic-messages';
import { hasValidSignature, type AwsSecret } from './aws-signature';
import { bedrockConverse } from './bedrock-converse';
import { bedrockInvoke } from './bedrock-invoke';
import { geminiGenerate } from './gemini-generate';
import { openaiChat } from './openai-chat';
import { openaiResponses } from './openai-responses';
import { readyTurn, type ScriptedTurn, type ScriptedUsage } from './script';
import type { Asked, Wire } from './wire';

/** A request as it arrived, before any check. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  /** The bytes as they came, still compressed if they were. */
  readonly body: Buffer;
  /** Resolves when the caller goes away before the answer is complete. Never rejects. */
  readonly cancelled: Promise<void>;
}

export interface ModelUpstreamOptions {
  /** Answers in order, or a function from a request and its number (0 first) to its answer. */
  readonly turns:
    readonly ScriptedTurn[] | ((request: ReceivedRequest, index: number) => ScriptedTurn);
  /** The provider key that is accepted, or several; every other one gets 401. */
  readonly apiKey: string | readonly string[];
  /** An AWS key whose signature is accepted as well. @default - none is */
  readonly aws?: AwsSecret;
  /**
   * Awaited before each streamed event: a test holds the stream back or sees it go by.
   * @default - events are sent as fast as they are read
   */
  readonly pace?: Pace;
  /** @default 0, any free port */
  readonly port?: number;
}

export interface ModelUpstream {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string;
  /** Every request, in order of arrival, refused ones included. */
  readonly received: readonly ReceivedRequest[];
  /** Usage of each answered message, in order. */
  readonly sentUsage: readonly ScriptedUsage[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const WIRES: readonly Wire[] = [
  anthropicMessages,
  openaiChat,
  openaiResponses,
  geminiGenerate,
  bedrockConverse,
  bedrockInvoke,
];

/**
 * Starts a model provider on loopback that answers from a script, in the protocol of the path it is asked at: Anthropic
 * Messages, OpenAI Chat Completions and Responses, Gemini generateContent, Bedrock Converse and InvokeModel.
 */
export async function startModelUpstream(options: ModelUpstreamOptions): Promise<ModelUpstream> {
  const received: ReceivedRequest[] = [];
  const sentUsage: ScriptedUsage[] = [];
  let answered = 0;
  const server = createServer((request, response) => {
    const tally = { sentUsage, next: () => answered++ };
    receive(request, response)
      .then((seen) => {
        received.push(seen);
        return answer(options, seen, response, tally);
      })
      // The caller went away before its request was complete.
      .catch(() => response.destroy());
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const close = () => closeServer(server);
  const url = `http://127.0.0.1:${port}`;
  return { url, received, sentUsage, close, [Symbol.asyncDispose]: close };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ReceivedRequest> {
  const cancelled = new Promise<void>((resolve) => {
    response.once('close', () => response.writableFinished || resolve());
  });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = 'GET', url = '/', headers, rawHeaders } = request;
  return { method, url, headers, rawHeaders, body: Buffer.concat(chunks), cancelled };
}

interface Tally {
  readonly sentUsage: ScriptedUsage[];
  next(): number;
}

async function answer(
  options: ModelUpstreamOptions,
  request: ReceivedRequest,
  response: ServerResponse,
  tally: Tally,
): Promise<void> {
  response.on('error', () => response.destroy());
  const path = request.url.replace(/\?.*$/, '');
  if (request.method === 'HEAD') return void response.writeHead(200).end();
  const isSigned = options.aws !== undefined && hasValidSignature(request, options.aws);
  if (!isSigned && !hasKey(request, options.apiKey))
    return refuse(response, 401, 'authentication_error', 'invalid x-api-key');
  const asked = request.method === 'POST' ? findAsked(request) : undefined;
  if (asked !== undefined) await answerModel(options, request, response, { ...asked, tally });
  else if (path.endsWith('/count_tokens'))
    sendJson(response, 200, { input_tokens: request.body.length });
  else if (request.method === 'GET' && path.endsWith('/models'))
    sendJson(response, 200, { data: [{ type: 'model', id: 'claude-scripted' }], has_more: false });
  else refuse(response, 404, 'not_found_error', `${request.method} ${path}`);
}

function hasKey({ headers }: ReceivedRequest, apiKey: string | readonly string[]): boolean {
  const given = [
    headers['x-api-key'],
    headers['x-goog-api-key'],
    headers['api-key'],
    headers.authorization?.replace(/^Bearer /, ''),
  ];
  return [apiKey].flat().some((key) => given.includes(key));
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  sendJson(response, status, anthropicMessages.renderError(type, message));
}

interface ModelRequest extends Asked {
  readonly wire: Wire;
  readonly tally: Tally;
}

async function answerModel(
  options: ModelUpstreamOptions,
  request: ReceivedRequest,
  response: ServerResponse,
  { wire, model, isStreaming, tally }: ModelRequest,
): Promise<void> {
  const index = tally.next();
  const scripted =
    typeof options.turns === 'function' ? options.turns(request, index) : options.turns[index];
  if (scripted === undefined)
    return refuse(response, 500, 'api_error', `the script has no answer number ${index + 1}`);
  const turn = readyTurn(scripted, index, model);
  response.setHeader('request-id', `req_${turn.id}`);
  if (scripted.behaviour?.kind !== 'status') tally.sentUsage.push(turn.usage);
  const wantsGzip = scripted.encoding === 'gzip' && acceptsGzip(request);
  await answerTurn(response, turn, {
    wire,
    isStreaming,
    ...(scripted.behaviour === undefined ? {} : { behaviour: scripted.behaviour }),
    ...(options.pace === undefined ? {} : { pace: options.pace }),
    ...(wantsGzip ? { compress: gzipSync } : {}),
  });
}

function findAsked(request: ReceivedRequest): (Asked & { readonly wire: Wire }) | undefined {
  const [path = '', query = ''] = request.url.split('?');
  const body = parseBody(request);
  for (const wire of body === undefined ? [] : WIRES) {
    const asked = wire.read(path, query, body ?? {});
    if (asked !== undefined) return { ...asked, wire };
  }
  return undefined;
}

function acceptsGzip(request: ReceivedRequest): boolean {
  return request.headers['accept-encoding']?.includes('gzip') === true;
}

function parseBody(request: ReceivedRequest): Readonly<Record<string, unknown>> | undefined {
  try {
    const isGzip = request.headers['content-encoding'] === 'gzip';
    const text = (isGzip ? gunzipSync(request.body) : request.body).toString('utf8');
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
