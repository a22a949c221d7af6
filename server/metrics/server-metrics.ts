import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayMetrics } from './gateway-metrics';
import { NumberMetric, type Metric } from './metric';

/** Everything `/metrics` shows. */
export class ServerMetrics {
  readonly gateway = new GatewayMetrics();
  readonly #providers = new NumberMetric('gauge', {
    name: 'coder_ai_gateway_provider_info',
    help: 'Providers there are; always 1.',
  });
  readonly #reloads = new NumberMetric('gauge', {
    name: 'coder_ai_gateway_providers_last_reload_timestamp_seconds',
    help: 'When the configuration was last read, well or not.',
  });
  readonly #goodReloads = new NumberMetric('gauge', {
    name: 'coder_ai_gateway_providers_last_reload_success_timestamp_seconds',
    help: 'When the configuration in force was read.',
  });

  /** A configuration was read. Undefined: it was no good, and the last one holds. */
  onConfig(providers: readonly { name: string; type: string }[] | undefined): void {
    const seconds = Math.round(Date.now() / 1000);
    this.#reloads.set({}, seconds);
    if (providers === undefined) return;
    this.#goodReloads.set({}, seconds);
    this.#providers.clear();
    for (const { name, type } of providers)
      this.#providers.set({ provider_name: name, provider_type: type, status: 'enabled' }, 1);
  }

  /** Answers `GET /metrics`. True when the request was that. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    if ((request.url ?? '/').replace(/\?.*$/s, '') !== '/metrics') return false;
    const text = this.render();
    response.writeHead(200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : text);
    return true;
  }

  render(): string {
    const all = [...this.gateway.metrics, this.#providers, this.#reloads, this.#goodReloads];
    return `${[...all, ...processMetrics()].map((metric) => metric.render()).join('\n')}\n`;
  }
}

/** Names as every Prometheus client library has them. */
function processMetrics(): readonly Metric[] {
  const { user, system } = process.cpuUsage();
  const values = [
    ['counter', 'process_cpu_seconds_total', 'CPU time used.', (user + system) / 1e6],
    ['gauge', 'process_resident_memory_bytes', 'Memory held.', process.memoryUsage.rss()],
    [
      'gauge',
      'process_start_time_seconds',
      'When the process began.',
      Math.round(performance.timeOrigin / 1000),
    ],
  ] as const;
  return values.map(([type, name, help, value]) => {
    const metric = new NumberMetric(type, { name, help });
    metric.set({}, value);
    return metric;
  });
}
