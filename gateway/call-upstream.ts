import type { CompiledPolicy } from '../policy';
import type { Caller } from './admission';
import { addConfiguredHeaders } from './configured-headers';
import type { Admitted } from './exchange';
import { forward, type AnsweredEnding, type UpstreamRequest } from './forward';
import { createJudge, deniedCalls, hasToolRules, isGuarding } from './guard/judge';
import {
  forwardedRequestHeaders,
  rawHeader,
  returnedResponseHeaders,
  withoutHeader,
} from './headers';
import type { InterceptionEnd } from './interception';
import { isKeyRefusal, retryAfterMs } from './key-ring';
import type { UnprovenRequest, UpstreamKey } from './upstream-key';
import type { GatewayLimits } from './limits';
import type { JudgeCall, Refusal, WireFormat } from './providers/wire-format';
import { REFUSALS, sendRefusal, upstreamRefusal } from './refuse';
import { SeenAnswer } from './seen-answer';

/** How an answer is to be read. */
export interface AnswerReading {
  readonly format: WireFormat;
  readonly policy: CompiledPolicy;
  readonly limits: GatewayLimits;
  readonly clock: () => number;
}

/**
 * Sends a request upstream, its answer to the client, and tells how it went. A key the provider refuses before the first
 * byte is changed for the next one; the last one's refusal goes to the client as it came.
 */
export async function callUpstream(
  exchange: Admitted,
  reading: AnswerReading,
): Promise<InterceptionEnd> {
  const { provider, caller } = exchange;
  const judge = isGuarding(reading.policy) ? createJudge(reading.policy) : undefined;
  const tried = new Set<UpstreamKey>();
  for (;;) {
    const key = caller.ownKey === undefined ? provider.keys.choose(tried) : undefined;
    if (key === undefined && caller.ownKey === undefined) {
      const retryAfterSeconds = provider.keys.secondsToWait();
      return refuse(exchange, reading, { ...REFUSALS.keysResting, retryAfterSeconds });
    }
    if (key !== undefined) tried.add(key);
    const end = await attempt(exchange, reading, { key, judge, tried });
    if (end !== 'next_key')
      return key && provider.keys.size > 1 ? withKey(end, key, tried.size) : end;
  }
}

interface Attempt {
  readonly key: UpstreamKey | undefined;
  readonly judge: JudgeCall | undefined;
  readonly tried: ReadonlySet<UpstreamKey>;
}

async function attempt(
  exchange: Admitted,
  reading: AnswerReading,
  { key, judge, tried }: Attempt,
): Promise<InterceptionEnd | 'next_key'> {
  const { keys } = exchange.provider;
  const { format, clock, limits } = reading;
  const declines = (status: number, headers: readonly Buffer[]) => {
    if (key === undefined || keys.size < 2 || !isKeyRefusal(status)) return false;
    const wait = rawHeader(returnedResponseHeaders(headers), 'retry-after');
    keys.rest(key, retryAfterMs(wait, Date.now()));
    return keys.hasNext(tried);
  };
  const { maxTappedBytes } = limits;
  const seen = new SeenAnswer({ format, maxTappedBytes, clock, judge, declines });
  const outgoing = await upstreamRequest(exchange, key, judge !== undefined);
  if (outgoing === undefined) return refuse(exchange, reading, REFUSALS.keyUnavailable);
  const ending = await forward(outgoing, exchange.response, seen);
  if (ending.kind === 'declined') return 'next_key';
  if (ending.kind === 'upstream_error')
    return refuse(exchange, reading, upstreamRefusal(ending.error));
  return answered(exchange, reading, seen, ending);
}

function answered(
  { startedAtMs }: Admitted,
  { clock, policy }: AnswerReading,
  seen: SeenAnswer,
  ending: AnsweredEnding,
): InterceptionEnd {
  const end = seen.end(ending, startedAtMs, Math.round(clock() - startedAtMs));
  const calls = hasToolRules(policy) ? (end.response?.toolCalls ?? []) : [];
  const toolDecisions = deniedCalls(policy, calls);
  return toolDecisions.length === 0 ? end : { ...end, toolDecisions };
}

function refuse(
  { response, startedAtMs }: Admitted,
  { format, clock }: AnswerReading,
  refusal: Refusal,
): InterceptionEnd {
  const status = sendRefusal(response, format, refusal);
  const durationMs = Math.round(clock() - startedAtMs);
  return { ending: 'upstream_error', status, durationMs, errorCode: refusal.code };
}

function withKey(end: InterceptionEnd, key: UpstreamKey, attempts: number): InterceptionEnd {
  return { ...end, credentialHint: key.hint, ...(attempts > 1 ? { attempts } : {}) };
}

/**
 * The request as it goes upstream. What the guard must read may not come compressed. Undefined: the provider's proof is
 * not to be had now.
 */
export async function upstreamRequest(
  exchange: Admitted,
  key: UpstreamKey | undefined,
  isGuarded: boolean,
): Promise<UpstreamRequest | undefined> {
  const { request, route, provider, caller, body } = exchange;
  const { method = 'POST' } = request;
  const path = `${provider.type.upstreamPath(provider.basePath, route.path)}${route.query}`;
  const proof = await proofOf(caller, key, { method, host: provider.host, path, body });
  if (proof === undefined) return undefined;
  const forwarded = forwardedRequestHeaders(request.rawHeaders);
  const readable = isGuarded ? withoutHeader(forwarded, 'accept-encoding') : forwarded;
  const headers = exchange.isRewritten ? withoutHeader(readable, 'content-encoding') : readable;
  headers.push('host', provider.host, ...proof);
  const { dispatcher } = provider;
  return { dispatcher, method, path, headers: addConfiguredHeaders(headers, exchange), body };
}

async function proofOf(
  { ownKey }: Caller,
  key: UpstreamKey | undefined,
  request: UnprovenRequest,
): Promise<readonly string[] | undefined> {
  if (ownKey !== undefined) return [ownKey.header, ownKey.value];
  try {
    return await key?.prove(request);
  } catch {
    return undefined;
  }
}
