import type { GatewayObserver, InterceptionEnd, InterceptionStart } from '../../gateway';
import { Histogram, NumberMetric, type Metric } from './metric';

const CODER = 'coder_ai_gateway_';

function counter(name: string, help: string, open: readonly string[] = []): NumberMetric {
  return new NumberMetric('counter', { name, help, open });
}

/**
 * What the gateway does, in numbers. Names, labels and buckets that begin with `coder_ai_gateway_` are Coder's
 * (docs/ai-coder/ai-gateway/monitoring, read 2026-11-20), but for `initiator_id`: who called is in the records, and no
 * scraper needs a series a person.
 */
export class GatewayMetrics implements GatewayObserver {
  readonly #interceptions = counter(`${CODER}interceptions_total`, 'Interceptions ended.', [
    'model',
  ]);
  readonly #inFlight = new NumberMetric('gauge', {
    name: `${CODER}interceptions_inflight`,
    help: 'Interceptions under way.',
    open: ['model'],
  });
  readonly #duration = new Histogram([0.5, 2, 5, 15, 30, 60, 120], {
    name: `${CODER}interceptions_duration_seconds`,
    help: 'Time from the request to the end of its answer.',
    open: ['model'],
  });
  readonly #passed = counter(`${CODER}passthrough_total`, 'Requests let through and noted.');
  readonly #prompts = counter(`${CODER}prompts_total`, 'Prompts of people.', ['model']);
  readonly #tokens = counter(`${CODER}tokens_total`, 'Tokens, by class.', ['model']);
  readonly #tools = counter(
    `${CODER}non_injected_tool_selections_total`,
    'Tool calls models made.',
    ['model', 'name'],
  );
  readonly #spend = counter('aigov_spend_micro_usd_total', 'What answers cost, in micro-USD.', [
    'model',
  ]);
  readonly #firstByte = new Histogram([0.1, 0.25, 0.5, 1, 2, 5, 10, 30], {
    name: 'aigov_first_byte_seconds',
    help: 'Time from the request to the first byte of its answer.',
  });
  readonly #refusals = counter('aigov_refusals_total', 'Requests refused here, by error code.');
  readonly #denied = counter('aigov_tool_calls_denied_total', 'Tool calls policy forbids.');
  readonly #findings = counter(
    'aigov_content_findings_total',
    'Requests in which content rules found something, by what was done.',
  );

  get metrics(): readonly Metric[] {
    return [
      this.#interceptions,
      this.#inFlight,
      this.#duration,
      this.#passed,
      this.#prompts,
      this.#tokens,
      this.#tools,
      this.#spend,
      this.#firstByte,
      this.#refusals,
      this.#denied,
      this.#findings,
    ];
  }

  onOpened(start: InterceptionStart): void {
    const { providerName: provider, client, request, route, screened } = start;
    this.#inFlight.add({ provider, model: request.model, route });
    if (request.prompt !== undefined) this.#prompts.add({ provider, model: request.model, client });
    if (screened === undefined || screened.count === 0) return;
    this.#findings.add({ done: screened.body === undefined ? 'record' : 'mask' });
  }

  onClosed(start: InterceptionStart, end: InterceptionEnd, wasOpened: boolean): void {
    const { providerName: provider, client, request, route, method } = start;
    const { model } = request;
    const status = end.ending === 'completed' ? 'completed' : 'failed';
    this.#interceptions.add({ provider, model, status, route, method, client });
    this.#duration.observe({ provider, model }, end.durationMs / 1000);
    if (wasOpened) this.#inFlight.add({ provider, model, route }, -1);
    else this.#refusals.add({ code: end.errorCode ?? 'UNKNOWN' });
    if (end.firstByteMs !== undefined)
      this.#firstByte.observe({ provider }, end.firstByteMs / 1000);
    if (end.cost !== undefined) this.#spend.add({ provider, model }, end.cost.microUsd);
    this.#denied.add({}, end.toolDecisions?.length ?? 0);
    this.#countAnswer(start, end);
  }

  onPassed({
    providerName,
    route,
    method,
  }: Parameters<Required<GatewayObserver>['onPassed']>[0]): void {
    this.#passed.add({ provider: providerName, route, method });
  }

  onRefused(code: string): void {
    this.#refusals.add({ code });
  }

  #countAnswer(
    { providerName: provider, client, request: { model } }: InterceptionStart,
    { response }: InterceptionEnd,
  ): void {
    for (const { name } of response?.toolCalls ?? []) this.#tools.add({ provider, model, name });
    if (response?.usage === undefined) return;
    const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = response.usage;
    const classes = {
      input: inputTokens,
      output: outputTokens,
      cache_read_input: cacheReadTokens,
      cache_write_input: cacheWriteTokens,
    };
    for (const [type, count] of Object.entries(classes))
      this.#tokens.add({ provider, model, type, client }, count);
  }
}
