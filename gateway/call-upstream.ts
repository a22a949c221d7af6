import type { CompiledPolicy } from '../policy';
import { maskCredential } from './credentials';
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
  const tried = new Set<string>();
  for (;;) {
    const key = caller.ownKey === undefined ? provider.keys.choose(tried) : undefined;
    if (key === undefined && caller.ownKey === undefined) {
      const retryAfterSeconds = provider.keys.secondsToWait();
      return refuse(exchange, reading, { ...REFUSALS.keysResting, retryAfterSeconds });
    }
    if (key !== undefined) tried.add(key);
    const end = await attempt(exchange, reading, { key, judge, tried });
    if (end !== 'next_key') return tried.size > 1 && key ? withKey(end, key, tried.size) : end;
  }
}

interface Attempt {
  readonly key: string | undefined;
  readonly judge: JudgeCall | undefined;
  readonly tried: ReadonlySet<string>;
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
    return keys.choose(tried) !== undefined;
  };
  const { maxTappedBytes } = limits;
  const seen = new SeenAnswer({ format, maxTappedBytes, clock, judge, declines });
  const outgoing = upstreamRequest(exchange, key, judge !== undefined);
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

function withKey(end: InterceptionEnd, key: string, attempts: number): InterceptionEnd {
  return { ...end, credentialHint: maskCredential(key), attempts };
}

/** The request as it goes upstream. What the guard must read may not come compressed. */
export function upstreamRequest(
  { request, route, provider, caller, body }: Admitted,
  key: string | undefined,
  isGuarded: boolean,
): UpstreamRequest {
  const { ownKey } = caller;
  const [name, value] = ownKey ? [ownKey.header, ownKey.value] : provider.type.keyHeader(key ?? '');
  const forwarded = forwardedRequestHeaders(request.rawHeaders);
  const headers = isGuarded ? withoutHeader(forwarded, 'accept-encoding') : forwarded;
  headers.push('host', provider.host, name, value);
  return {
    dispatcher: provider.dispatcher,
    method: request.method ?? 'POST',
    path: `${provider.type.upstreamPath(provider.basePath, route.path)}${route.query}`,
    headers,
    body,
  };
}
