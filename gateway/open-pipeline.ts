import type { IncomingMessage, ServerResponse } from 'node:http';
import { createCooldowns, type Cooldowns } from './cooldowns';
import { InFlight } from './in-flight';
import { DEFAULT_LIMITS, type GatewayLimits } from './limits';
import type { Admit } from './exchange';
import { Pipeline, type PipelineOptions } from './pipeline';
import { openProvider, type ProviderConfig, type ProviderWorld } from './provider';

export interface OpenPipelineOptions extends PipelineOptions {
  readonly providers: readonly ProviderConfig[];
  readonly limits?: Partial<GatewayLimits>;
  /** Which keys rest. @default - this process knows for itself */
  readonly cooldowns?: Cooldowns;
  readonly createAwsKey?: ProviderWorld['createAwsKey'];
}

/** A pipeline with the connections it owns. */
export interface OpenPipeline {
  run(request: IncomingMessage, response: ServerResponse, admit: Admit): Promise<void>;
  close(): Promise<void>;
}

export function openPipeline(options: OpenPipelineOptions): OpenPipeline {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { cooldowns = createCooldowns(), createAwsKey } = options;
  const world = { limits, cooldowns, ...(createAwsKey === undefined ? {} : { createAwsKey }) };
  const providers = options.providers.map((config) => openProvider(config, world));
  const pipeline = new Pipeline(options, limits, providers);
  const inFlight = new InFlight();
  return {
    run: (request, response, admit) => inFlight.track(pipeline.run(request, response, admit)),
    async close() {
      await inFlight.drained();
      await Promise.all(providers.map(({ dispatcher }) => dispatcher.close()));
    },
  };
}
