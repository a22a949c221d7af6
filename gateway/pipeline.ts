import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { newId, type NewRecord, type Recorder } from '../audit';
import { identifyClient } from '../clients';
import type { CompiledPolicy, Decision } from '../policy';
import { describeCredential, type Caller } from './admission';
import { Allowances, type Allowance, type Grant } from './allowance';
import { receiveBody } from './body';
import { readCoderFirewall } from './context';
import type { Budgets } from './budget';
import { contentRulesOf } from './content/keep-content';
import { joinObservers, type GatewayObserver } from './observer';
import { readScreened, type ScreenedRequest } from './content/read-screened';
import { decideScreened } from './decide-request';
import { callUpstream, type Aims } from './call-upstream';
import type { Admit, Admitted, Aimed, Exchange } from './exchange';
import {
  closeRecord,
  openRecord,
  type InterceptionEnd,
  type InterceptionStart,
} from './interception';
import type { GatewayLimits } from './limits';
import { SILENT, type Logger } from './logger';
import { passOn, refusePassed } from './pass-on';
import type { PriceTable } from './price';
import { targetsOf, withModel, type ModelGroup, type Target } from './model-groups';
import type { Provider } from './provider';
import type { Endpoint, Refusal, WireFormat } from './providers/wire-format';
import type { RateLimiter } from './rate-limits/rate-limiter';
import { REFUSALS, sendRefusal, sendUnsupportedRoute, sendUpgradeRefused } from './refuse';
import { isProbe, isWebSocketUpgrade, parseGatewayRoute } from './routes';
import { Threads } from './threads';
import { Spending } from './spending';

/** One policy for everybody, or the one that holds for a caller. */
export type PolicySource = CompiledPolicy | ((caller: Caller) => CompiledPolicy);

/** What the pipeline needs besides its providers. */
export interface PipelineOptions {
  readonly policy: PolicySource;
  readonly recorder: Recorder;
  /** Names of models that several upstreams have. @default - none */
  readonly modelGroups?: readonly ModelGroup[];
  /** @default - nothing is priced */
  readonly prices?: PriceTable;
  /** @default - budgets of the policy are not held */
  readonly budgets?: Budgets;
  /** @default - rate limits of the policy are not held */
  readonly rateLimiter?: RateLimiter;
  readonly logger?: Logger;
  /** Remembers conversations; shared by those that follow each other. @default - its own */
  readonly threads?: Threads;
  /** @default - nobody watches */
  readonly observers?: readonly GatewayObserver[];
  readonly clock?: () => number;
}

/** A request that may go upstream. */
interface Opened {
  readonly start: InterceptionStart;
  /** The exchange as it is sent, to one upstream or the next. */
  readonly sent: Aims;
  readonly policy: CompiledPolicy;
  readonly allowance: Allowance;
}

type Intercepted = Extract<Endpoint, { kind: 'intercepted' }>;

/** Order: authenticate, identify, decide, record open, upstream with a tap beside it, record close. */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #limits: GatewayLimits;
  readonly #providers: ReadonlyMap<string, Provider>;
  readonly #logger: Logger;
  readonly #clock: () => number;
  readonly #spending: Spending;
  readonly #allowances: Allowances;
  readonly #threads: Threads;
  readonly #observers: Required<GatewayObserver> | undefined;

  constructor(options: PipelineOptions, limits: GatewayLimits, providers: readonly Provider[]) {
    this.#options = options;
    this.#limits = limits;
    this.#providers = new Map(providers.map((provider) => [provider.name, provider]));
    this.#logger = options.logger ?? SILENT;
    this.#threads = options.threads ?? new Threads();
    this.#observers = joinObservers(options.observers ?? [], (error) =>
      this.#logger.warn('observer failed', { error: String(error) }),
    );
    this.#spending = new Spending(options.prices, options.budgets);
    this.#allowances = new Allowances(options.rateLimiter, this.#spending, this.#logger);
    this.#clock = options.clock ?? (() => performance.now());
  }

  async run(request: IncomingMessage, response: ServerResponse, admit: Admit): Promise<void> {
    try {
      await this.#run(request, response, admit);
    } catch (error) {
      this.#logger.warn('exchange failed', { error: String(error) });
      response.destroy();
    }
  }

  async #run(request: IncomingMessage, response: ServerResponse, admit: Admit): Promise<void> {
    const startedAtMs = this.#clock();
    const method = request.method ?? 'GET';
    const route = parseGatewayRoute(request.url ?? '/');
    const provider = route && this.#providers.get(route.providerName);
    const path = route?.path ?? (request.url ?? '/').replace(/\?.*$/s, '');
    if (route === undefined || provider === undefined)
      return sendUnsupportedRoute(response, method, path);
    if (isWebSocketUpgrade(request.headers)) return sendUpgradeRefused(response);
    if (isProbe(method, path)) return void response.writeHead(200).end();
    const endpoint = provider.type.endpoint(method, path);
    if (endpoint === undefined) return sendUnsupportedRoute(response, method, path);
    await this.#admit({ request, response, route, provider, startedAtMs, admit }, endpoint);
  }

  async #admit(exchange: Exchange, endpoint: Endpoint): Promise<void> {
    const { request, response, provider } = exchange;
    const format = endpoint.kind === 'intercepted' ? endpoint.format : provider.type.defaultFormat;
    const admission = await exchange.admit(request);
    if (admission.kind === 'refused') return this.#refuse(response, format, admission.refusal);
    const { caller } = admission;
    if (caller.ownKey === undefined && provider.keys.size === 0)
      return this.#refuse(response, format, REFUSALS.ownKeyMissing);
    const body = await receiveBody(request, this.#limits.maxBodyBytes);
    if (body.kind === 'client_gone') return;
    if (body.kind === 'too_large') return this.#refuse(response, format, REFUSALS.bodyTooLarge);
    const admitted = { ...exchange, caller, body: body.kind === 'body' ? body.bytes : null };
    if (endpoint.kind === 'passed') await this.#pass(admitted, endpoint.route);
    else await this.#intercept(admitted, endpoint);
  }

  /** Refused before anybody was admitted: told to the operator, not recorded, or strangers could fill the ledger. */
  #refuse(response: ServerResponse, format: WireFormat, refusal: Refusal): undefined {
    this.#logger.warn('request refused', { code: refusal.code });
    this.#observers?.onRefused(refusal.code);
    sendRefusal(response, format, refusal);
  }

  async #intercept(exchange: Admitted, endpoint: Intercepted): Promise<void> {
    const opened = await this.#open(exchange, endpoint);
    if (opened === undefined) return;
    const { policy, sent } = opened;
    const reading = { format: endpoint.format, policy, limits: this.#limits, clock: this.#clock };
    let end: InterceptionEnd;
    try {
      end = await callUpstream(sent, reading);
    } catch (error) {
      await this.#closeFaulty(opened, Math.round(this.#clock() - exchange.startedAtMs));
      throw error;
    }
    await this.#close(opened, end);
  }

  async #close({ start, allowance }: Opened, end: InterceptionEnd): Promise<void> {
    const answered = answeredStart(start, end);
    const settled = this.#allowances.settle(allowance, answered, end);
    this.#remember(start, end);
    const closed = { ...end, ...this.#spending.costOf(answered, end) };
    await Promise.all([settled, this.#recordClosed(start, closed)]);
  }

  /** A fault of ours: what it used is not known, so the whole reservation is booked. */
  async #closeFaulty({ start, allowance }: Opened, durationMs: number): Promise<void> {
    const fault = { ending: 'upstream_error', errorCode: 'GATEWAY_FAULT' } as const;
    const settled = this.#allowances.settle(allowance, start, undefined);
    const recorded = this.#recordClosed(start, { ...fault, status: undefined, durationMs });
    await Promise.all([settled, recorded]);
  }

  async #recordClosed(start: InterceptionStart, end: InterceptionEnd): Promise<void> {
    this.#observers?.onClosed(start, end, true);
    await this.#record(closeRecord(start, end));
  }

  /**
   * Everything before the upstream hears of it: decided, budget held, recorded. Undefined: answered already. What is
   * returned holds none of the prompt: with many large requests waiting, only their bodies may take memory.
   */
  async #open(exchange: Admitted, { route, format }: Intercepted): Promise<Opened | undefined> {
    const { request, body, response } = exchange;
    const policy = this.#policyOf(exchange.caller);
    const { maxDecodedBytes } = this.#limits;
    const received = { path: exchange.route.path, headers: request.headers, body };
    const read = readScreened(policy, format, received, maxDecodedBytes);
    if (read === undefined) return this.#refuse(response, format, REFUSALS.bodyInvalid);
    const targets = this.#targetsOf(exchange, format, read.facts.model);
    const judged = targets.map((target) => ({
      target,
      ...decideScreened(policy, target.provider.name, withModelFact(read, target.model)),
    }));
    const allowed = judged.filter((each) => each.refusal === undefined);
    const first = allowed[0] ?? judged[0];
    if (first === undefined) return this.#refuse(response, format, REFUSALS.modelGroupUnsuitable);
    const { target, decision, refusal } = first;
    const asked = withModelFact(read, target.model);
    const start = {
      ...this.#describe({ ...exchange, provider: target.provider }, route, asked, policy, decision),
      ...(asked === read ? {} : { modelGroup: read.facts.model }),
    };
    if (refusal !== undefined) return this.#refuseRecorded(exchange, start, format, refusal);
    const grant = await this.#allowances.take(policy, start, Buffer.byteLength(read.text));
    if (grant.kind === 'refused')
      return this.#refuseRecorded(exchange, start, format, grant.refusal);
    if (!(await this.#isRecordedOpen(start, policy))) {
      await this.#allowances.release(grant, start);
      return this.#refuse(response, format, REFUSALS.auditUnavailable);
    }
    this.#observers?.onOpened(start);
    const masked = read.screened?.body;
    const sent = masked === undefined ? exchange : { ...exchange, body: masked, isRewritten: true };
    const aim = ({ provider, model }: Target) => aimAt(sent, read, provider, model);
    const reserve = allowed.slice(1).map((each) => aim(each.target));
    return {
      start: withoutTexts(start),
      policy,
      allowance: grant,
      sent: [aim(target), ...reserve],
    };
  }

  #remember({ id, caller, thread }: InterceptionStart, { response }: InterceptionEnd): void {
    if (thread === undefined || response === undefined) return;
    this.#threads.remember(id, caller.identity.user, thread, response.toolCalls);
  }

  /** The upstreams a request may go to. A caller's own key is for the provider it was sent to, and no other. */
  #targetsOf(exchange: Admitted, format: WireFormat, model: string): readonly Target[] {
    const { request, provider, caller, route } = exchange;
    const asked = { model, method: request.method ?? 'POST', path: route.path };
    const { modelGroups = [] } = this.#options;
    const targets = targetsOf(modelGroups, this.#providers, asked, format.name);
    if (targets === undefined) return [{ provider, model }];
    return caller.ownKey === undefined
      ? targets.filter((target) => target.provider.keys.size > 0)
      : targets.filter((target) => target.provider === provider);
  }

  #policyOf(caller: Caller): CompiledPolicy {
    const { policy } = this.#options;
    return typeof policy === 'function' ? policy(caller) : policy;
  }

  #describe(
    { request, provider, caller, body }: Admitted,
    route: string,
    { facts, json, screened }: Pick<ScreenedRequest, 'facts' | 'json' | 'screened'>,
    policy: CompiledPolicy,
    decision: Decision,
  ): InterceptionStart {
    const { client, sessionId } = identifyClient(request.headers, json);
    const { layer, rule } = decision;
    const id = newId();
    const resultIds = facts.toolResults.map((result) => result.id);
    return {
      id,
      coderFirewall: readCoderFirewall(request.headers),
      thread: this.#threads.threadOf(id, caller.identity.user, resultIds),
      caller,
      client,
      provider: provider.type.type,
      providerName: provider.name,
      route,
      method: request.method ?? 'POST',
      userAgent: request.headers['user-agent'],
      requestSha256: createHash('sha256')
        .update(body ?? '')
        .digest('hex'),
      request: facts,
      contentRules: contentRulesOf(policy),
      ...(screened === undefined ? {} : { screened }),
      policy: {
        version: policy.version,
        ...(layer === undefined ? {} : { layer }),
        ...(rule === undefined ? {} : { rule }),
      },
      ...describeCredential(caller, provider.keys.expectedHint),
      ...(sessionId === undefined ? {} : { sessionId }),
    };
  }

  async #refuseRecorded(
    exchange: Admitted,
    start: InterceptionStart,
    format: WireFormat,
    refusal: Refusal,
  ): Promise<undefined> {
    const end = {
      ending: 'refused' as const,
      status: format.renderRefusal(refusal).status,
      durationMs: this.#clock() - exchange.startedAtMs,
      errorCode: refusal.code,
    };
    this.#observers?.onClosed(start, end, false);
    await Promise.all([this.#record(openRecord(start)), this.#record(closeRecord(start, end))]);
    sendRefusal(exchange.response, format, refusal);
  }

  /** INVARIANT: nothing goes upstream unrecorded unless policy says that records may be lost. */
  async #isRecordedOpen(start: InterceptionStart, policy: CompiledPolicy): Promise<boolean> {
    const isRecorded = await this.#record(openRecord(start));
    return isRecorded || policy.auditOnFailure === 'allow';
  }

  async #record(record: Parameters<Recorder['record']>[0]): Promise<boolean> {
    try {
      await this.#options.recorder.record(record);
      return true;
    } catch (error) {
      this.#logger.warn('record not written', { id: record.id, error: String(error) });
      return false;
    }
  }

  /** Let through and noted, not read. */
  async #pass(exchange: Admitted, route: string): Promise<void> {
    const { caller, body, startedAtMs } = exchange;
    const facts = { model: '', isStreaming: false, toolResults: [] };
    const unread: Decision = { effect: 'allow', reason: 'unrestricted' };
    const policy = this.#policyOf(caller);
    const start = this.#describe(exchange, route, { facts, json: {} }, policy, unread);
    const grant = await this.#allowances.takePassed(policy, start, body?.length ?? 0);
    const end = await this.#passGranted(exchange, start, grant);
    const { client, providerName, method } = start;
    this.#observers?.onPassed({ providerName, route, method });
    const durationMs = Math.round(this.#clock() - startedAtMs);
    await this.#record({
      id: start.id,
      kind: 'interception',
      phase: 'event',
      actor: { user: caller.identity.user, isVerified: caller.identity.isVerified },
      client,
      data: { providerName, route, method, ...end, durationMs },
    });
  }

  async #passGranted(
    exchange: Admitted,
    start: InterceptionStart,
    grant: Grant,
  ): Promise<NewRecord['data']> {
    if (grant.kind === 'refused') return refusePassed(exchange, grant.refusal);
    try {
      return await passOn(exchange);
    } finally {
      await this.#allowances.release(grant, start);
    }
  }
}

function withModelFact(read: ScreenedRequest, model: string): ScreenedRequest {
  return read.facts.model === model ? read : { ...read, facts: { ...read.facts, model } };
}

/** The exchange as one upstream gets it: with its own name of the model. */
function aimAt(
  sent: Admitted,
  { facts, text }: ScreenedRequest,
  provider: Provider,
  model: string,
): Aimed {
  if (facts.model === model) return { ...sent, provider, model };
  const decoded = sent.isRewritten === true && sent.body !== null ? sent.body : Buffer.from(text);
  return { ...sent, provider, model, body: withModel(decoded, model), isRewritten: true };
}

/** What is priced: the model that answered. */
function answeredStart(start: InterceptionStart, end: InterceptionEnd): InterceptionStart {
  if (end.answeredBy === undefined) return start;
  const { model, ...provider } = end.answeredBy;
  return { ...start, ...provider, request: { ...start.request, model } };
}

function withoutTexts({ screened: _screened, ...start }: InterceptionStart): InterceptionStart {
  const { prompt: _prompt, systemPrompt: _system, ...facts } = start.request;
  return { ...start, request: { ...facts, toolResults: [] } };
}
