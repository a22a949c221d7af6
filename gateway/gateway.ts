import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Recorder } from '../audit';
import { admit, type Authenticate } from './admission';
import { createAwsKey } from './aws/key';
import type { Budgets } from './budget';
import type { Contexts } from './context-store';
import type { Cooldowns } from './cooldowns';
import type { GatewayLimits } from './limits';
import type { Logger } from './logger';
import type { ModelGroup } from './model-groups';
import { openPipeline } from './open-pipeline';
import type { GatewayObserver } from './observer';
import type { PolicySource } from './pipeline';
import type { PriceTable } from './price';
import type { ProviderConfig } from './provider';
import type { Threads } from './threads';
import type { RateLimiter } from './rate-limits/rate-limiter';

export interface GatewayOptions {
  readonly providers: readonly ProviderConfig[];
  readonly authenticate: Authenticate;
  readonly policy: PolicySource;
  readonly recorder: Recorder;
  /** Names of models that several upstreams have. @default - none */
  readonly modelGroups?: readonly ModelGroup[];
  /** Prices the usage of every answer. @default - nothing is priced */
  readonly prices?: PriceTable;
  /** Holds requests to the policy's budgets. @default - they are not held */
  readonly budgets?: Budgets;
  /** Holds requests to the policy's rate limits. @default - they are not held */
  readonly rateLimiter?: RateLimiter;
  /** Relay registrations; without them the attribution header is dropped unread. */
  readonly contexts?: Contexts;
  readonly limits?: Partial<GatewayLimits>;
  /** Which provider keys rest. @default - this process knows for itself */
  readonly cooldowns?: Cooldowns;
  readonly logger?: Logger;
  /** Remembers conversations; given to a gateway that takes another's place. @default - its own */
  readonly threads?: Threads;
  /** Watch what happens. @default - nobody does */
  readonly observers?: readonly GatewayObserver[];
  /** Milliseconds, monotonic. @default performance.now */
  readonly clock?: () => number;
}

export interface Gateway {
  /** Answers one request. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Waits for what is in flight, its records included, then closes the connections upstream. */
  close(): Promise<void>;
}

/** The interception pipeline in front of providers (design §6). Throws for an impossible provider. */
export function createGateway(options: GatewayOptions): Gateway {
  const { authenticate, contexts } = options;
  const host = openPipeline({ ...options, createAwsKey });
  return {
    handle: (request, response) =>
      host.run(request, response, ({ headers }) => admit(headers, authenticate, contexts)),
    close: () => host.close(),
  };
}
