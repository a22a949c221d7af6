import type { CompiledPolicy } from '../policy';
import type { Caller } from './admission';
import { addConfiguredHeaders } from './configured-headers';
import { isOutage } from './circuit-breaker';
import type { Admitted, Aimed } from './exchange';
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
import type { Provider } from './provider';
import { REFUSALS, sendRefusal, upstreamRefusal } from './refuse';
import { SeenAnswer } from './seen-answer';

/** How an answer is to be read. */
export interface AnswerReading {
  readonly format: WireFormat;
  readonly policy: CompiledPolicy;
  readonly limits: GatewayLimits;
  readonly clock: () => number;
}

/** Where a request is sent, in order; there is at least one place. */
export type Aims = readonly [Aimed, ...Aimed[]];

/**
 * Sends a request upstream, its answer to the client, and tells how it went. Before the first byte, a key the provider
 * refuses is changed for the next one, and an upstream that is out of order or has no key left for the next upstream; what
 * the last one says goes to the client as it came.
 */
export function callUpstream(aims: Aims, reading: AnswerReading): Promise<InterceptionEnd> {
  const judge = isGuarding(reading.policy) ? createJudge(reading.policy) : undefined;
  return callFrom(aims, { ...reading, judge });
}

interface JudgedReading extends AnswerReading {
  readonly judge: JudgeCall | undefined;
}

async function callFrom(aims: Aims, reading: JudgedReading): Promise<InterceptionEnd> {
  const [exchange, next, ...others] = aims;
  const { breaker, keys } = exchange.provider;
  if (next === undefined) {
    const end = await callOne(exchange, reading, false);
    if (end !== 'next_upstream') return end;
    const retryAfterSeconds = keys.secondsToWait();
    return refuse(exchange, reading, { ...REFUSALS.keysResting, retryAfterSeconds });
  }
  const end = breaker.mayTry() ? await callOne(exchange, reading, true) : 'next_upstream';
  if (end !== 'next_upstream') return end;
  const answered = await callFrom([next, ...others], reading);
  return { answeredBy: describeAim(next), ...answered };
}

function describeAim({ provider, model }: Aimed): NonNullable<InterceptionEnd['answeredBy']> {
  return { provider: provider.type.type, providerName: provider.name, model };
}

/** Tries one upstream with each of its keys that does not rest. */
async function callOne(
  exchange: Aimed,
  reading: JudgedReading,
  hasReserve: boolean,
): Promise<InterceptionEnd | 'next_upstream'> {
  const { provider, caller } = exchange;
  const tried = new Set<UpstreamKey>();
  for (;;) {
    const key = caller.ownKey === undefined ? provider.keys.choose(tried) : undefined;
    if (key === undefined && caller.ownKey === undefined) return 'next_upstream';
    if (key !== undefined) tried.add(key);
    const end = await attempt(exchange, reading, { key, tried, hasReserve });
    if (end === 'next_upstream') return end;
    if (end !== 'next_key')
      return key && provider.keys.size > 1 ? withKey(end, key, tried.size) : end;
  }
}

interface Attempt {
  readonly key: UpstreamKey | undefined;
  readonly tried: ReadonlySet<UpstreamKey>;
  /** Whether another upstream could answer instead. */
  readonly hasReserve: boolean;
}

async function attempt(
  exchange: Admitted,
  reading: JudgedReading,
  tries: Attempt,
): Promise<InterceptionEnd | 'next_key' | 'next_upstream'> {
  const { key, hasReserve } = tries;
  const { format, clock, judge } = reading;
  const { breaker } = exchange.provider;
  let next: 'next_key' | 'next_upstream' | undefined;
  const declines = (status: number, headers: readonly Buffer[]) => {
    next = whatNext(exchange.provider, tries, status, headers);
    return next !== undefined;
  };
  const { maxTappedBytes } = reading.limits;
  const seen = new SeenAnswer({ format, maxTappedBytes, clock, judge, declines });
  const outgoing = await upstreamRequest(exchange, key, judge !== undefined);
  if (outgoing === undefined)
    return hasReserve ? 'next_upstream' : refuse(exchange, reading, REFUSALS.keyUnavailable);
  const ending = await forward(outgoing, exchange.response, seen);
  if (ending.kind === 'declined') return next ?? 'next_upstream';
  if (ending.kind !== 'upstream_error') return answered(exchange, reading, seen, ending);
  breaker.failed();
  return hasReserve ? 'next_upstream' : refuse(exchange, reading, upstreamRefusal(ending.error));
}

/** What an answer's head says about upstream and key, and who is asked next; undefined: the client gets the answer. */
function whatNext(
  { breaker, keys }: Provider,
  { key, tried, hasReserve }: Attempt,
  status: number,
  headers: readonly Buffer[],
): 'next_key' | 'next_upstream' | undefined {
  const reserve = hasReserve ? 'next_upstream' : undefined;
  if (isOutage(status)) {
    breaker.failed();
    return reserve;
  }
  breaker.answered();
  if (key === undefined || !isKeyRefusal(status)) return undefined;
  const wait = rawHeader(returnedResponseHeaders(headers), 'retry-after');
  keys.rest(key, retryAfterMs(wait, Date.now()));
  return keys.hasNext(tried) ? 'next_key' : reserve;
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
