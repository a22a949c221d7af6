import { createHash } from 'node:crypto';
import type { Ending, JsonValue, NewRecord } from '../audit';
import type { Caller } from './admission';
import { attributionOf } from './attribution';
import { keepContent, type ContentRules } from './content/keep-content';
import type { Screened } from './content/screen-body';
import type { TappedFacts } from './tap';
import type { RequestFacts, TokenUsage } from './providers/wire-format';
import type { Thread } from './threads';

/** Everything known of an interception before it goes upstream. */
export interface InterceptionStart {
  readonly id: string;
  readonly caller: Caller;
  readonly client: string;
  readonly sessionId?: string;
  readonly thread?: Thread;
  /** Place among the decisions of Coder's own firewall, where the request came through it. */
  readonly coderFirewall?: { readonly sessionId: string; readonly sequence: number } | undefined;
  readonly policy: { readonly version: string; readonly layer?: string; readonly rule?: string };
  readonly provider: string;
  readonly providerName: string;
  /** The name the client asked for, when it stands for a group of models. */
  readonly modelGroup?: string;
  readonly route: string;
  readonly method: string;
  readonly userAgent: string | undefined;
  readonly credentialKind: 'byok' | 'centralized';
  readonly credentialHint: string;
  /** SHA-256, hex, of the request body's bytes as they came. */
  readonly requestSha256: string;
  readonly request: RequestFacts;
  /** What of prompt and answer may be kept. */
  readonly contentRules: ContentRules;
  /** What was found in the request, where policy looks for something. */
  readonly screened?: Screened;
}

/** One forbidden tool call. */
export interface ToolDecision {
  readonly id: string;
  readonly name: string;
  readonly effect: 'deny';
  readonly reason: string;
  readonly layer?: string;
  readonly rule?: string;
  /** False in monitor mode: the client got the call. */
  readonly isEnforced: boolean;
}

/** Everything known of it at its end. */
export interface InterceptionEnd {
  readonly ending: Ending;
  readonly status: number | undefined;
  readonly response?: TappedFacts;
  readonly firstByteMs?: number;
  readonly durationMs: number;
  readonly upstreamRequestId?: string;
  /** The key that was used in the end, masked, and how many were tried; present when it was not the first. */
  readonly credentialHint?: string;
  readonly attempts?: number;
  /** The upstream of a model group that answered, when it was not the first. */
  readonly answeredBy?: {
    readonly provider: string;
    readonly providerName: string;
    readonly model: string;
  };
  /** Tool calls policy forbids; kept from the client when it enforces. */
  readonly toolDecisions?: readonly ToolDecision[];
  /** Absent when the model is not in the price table, or there is no usage. */
  readonly cost?: { readonly microUsd: number; readonly priceTable: string };
  /** Stable code of our own refusal, or of the fault that ended it. */
  readonly errorCode?: string;
}

/** The record written durably before the request goes upstream. */
export function openRecord(start: InterceptionStart): NewRecord {
  const { content, hashes } = keepContent(start.contentRules, requestTexts(start.request));
  return {
    ...envelope(start),
    phase: 'open',
    data: { ...requestData(start), contentSha256: hashes },
    ...(content === undefined ? {} : { content }),
  };
}

/** The record of its end. It repeats nothing of the open record but the id they share: half of what an exchange costs is records. */
export function closeRecord(start: InterceptionStart, end: InterceptionEnd): NewRecord {
  const { content, hashes } = keepContent(start.contentRules, responseTexts(end.response));
  return {
    id: start.id,
    kind: 'interception',
    phase: 'close',
    data: { ...endData(start, end), ...(hashes === undefined ? {} : { responseSha256: hashes }) },
    ...(content === undefined ? {} : { content }),
  };
}

function envelope(start: InterceptionStart): Omit<NewRecord, 'phase' | 'data'> {
  const { id, caller, client, sessionId, policy, coderFirewall } = start;
  const attribution = attributionOf(caller);
  const firewall = attribution.firewall ?? coderFirewall;
  return {
    id,
    kind: 'interception',
    client,
    policy,
    ...attribution,
    ...(firewall === undefined ? {} : { firewall }),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}

function requestData(start: InterceptionStart): NewRecord['data'] {
  const { request, thread } = start;
  const resultIds = toolResultsOf(request).map(({ id }) => id);
  return {
    provider: start.provider,
    providerName: start.providerName,
    model: request.model,
    modelGroup: start.modelGroup,
    route: start.route,
    method: start.method,
    isStreaming: request.isStreaming,
    credentialKind: start.credentialKind,
    credentialHint: start.credentialHint,
    userAgent: start.userAgent,
    requestSha256: start.requestSha256,
    ...screenedData(start.screened),
    maxOutputTokens: request.maxOutputTokens,
    threadId: thread?.id,
    parentId: thread?.parentId,
    toolResultIds: resultIds.length === 0 ? undefined : resultIds,
  };
}

function screenedData(screened: Screened | undefined): NewRecord['data'] {
  if (screened === undefined || screened.count === 0) return {};
  const { body, count, findings } = screened;
  return {
    findingCount: count,
    findings: findings.map((finding) => ({ ...finding })),
    ...(body === undefined ? {} : { sentSha256: createHash('sha256').update(body).digest('hex') }),
  };
}

/** Tool results a record takes: a stranger may send any number, with ids of any length. */
export const MAX_TOOL_RESULTS = 256;
const MAX_ID_LENGTH = 256;

function toolResultsOf({ toolResults }: RequestFacts): RequestFacts['toolResults'] {
  return toolResults.filter(({ id }) => id.length <= MAX_ID_LENGTH).slice(-MAX_TOOL_RESULTS);
}

function requestTexts(request: RequestFacts): Readonly<Record<string, string>> {
  const { prompt, systemPrompt } = request;
  const texts: Record<string, string> = {};
  if (prompt !== undefined) texts['prompt'] = prompt;
  if (systemPrompt !== undefined) texts['systemPrompt'] = systemPrompt;
  for (const { id, text } of toolResultsOf(request)) texts[`toolResult.${id}`] = text;
  return texts;
}

function endData(start: InterceptionStart, end: InterceptionEnd): NewRecord['data'] {
  const { response } = end;
  const isOtherModel = response?.model !== undefined && response.model !== start.request.model;
  return {
    responseModel: isOtherModel ? response.model : undefined,
    ending: end.ending,
    status: end.status,
    errorCode: end.errorCode ?? response?.errorType,
    usage: usageData(response?.usage),
    costMicroUsd: end.cost?.microUsd,
    priceTable: end.cost?.priceTable,
    toolCalls: response?.toolCalls.map(({ id, name }) => ({ id, name })),
    toolDecisions: end.toolDecisions?.map((decision) => ({ ...decision })),
    stopReason: response?.stopReason,
    responseId: response?.responseId,
    tapFault: response?.tapFault,
    firstByteMs: end.firstByteMs,
    durationMs: end.durationMs,
    upstreamRequestId: end.upstreamRequestId,
    credentialHint: end.credentialHint,
    attempts: end.attempts,
    answeredBy: end.answeredBy,
  };
}

function usageData(usage: TokenUsage | undefined): JsonValue | undefined {
  return usage === undefined ? undefined : { ...usage, raw: usage.raw as JsonValue };
}

function responseTexts(response: TappedFacts | undefined): Readonly<Record<string, string>> {
  if (response === undefined) return {};
  const texts: Record<string, string> = {};
  if (response.output !== '') texts['output'] = response.output;
  if (response.reasoning !== '') texts['reasoning'] = response.reasoning;
  for (const call of response.toolCalls) texts[`toolCall.${call.id}`] = call.arguments;
  return texts;
}
