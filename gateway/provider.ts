import { Pool, type Dispatcher } from 'undici';
import { AigovError } from '../policy';
import { CircuitBreaker } from './circuit-breaker';
import type { ActorHeaders } from './configured-headers';
import type { Cooldowns } from './cooldowns';
import { KeyRing, type KeyOrder } from './key-ring';
import type { GatewayLimits } from './limits';
import { anthropic } from './providers/anthropic';
import { bedrock } from './providers/bedrock';
import { copilot } from './providers/copilot';
import { gemini } from './providers/gemini';
import { azure, openai, openaiCompatible } from './providers/openai';
import type { Endpoint, ProviderType } from './providers/wire-format';
import { isProviderName } from './routes';
import { createApiKey, type UpstreamKey } from './upstream-key';
import type { AwsAccount } from './aws/account';

/** One upstream as configured. */
export interface ProviderConfig {
  /** Path segment clients use; lower-case words joined by hyphens. */
  readonly name: string;
  /** A key of `PROVIDER_TYPES`. */
  readonly type: string;
  /** For Anthropic without `/v1`, for OpenAI with it. */
  readonly baseUrl: string;
  /** Central keys. Empty: callers bring their own. */
  readonly keys: readonly string[];
  /** An account that signs requests, after the keys; `bedrock` only. */
  readonly aws?: AwsAccount;
  /** @default primary */
  readonly keyOrder?: KeyOrder;
  /** Sent with every request, in the place of a client's header of that name: what another gateway asks for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Names of headers that tell the upstream who is calling. @default - it is not told */
  readonly actorHeaders?: ActorHeaders;
}

/** Every provider type the gateway speaks. */
export const PROVIDER_TYPES: ReadonlyMap<string, ProviderType> = new Map(
  [anthropic, openai, openaiCompatible, azure, gemini, bedrock, copilot].map((type) => [
    type.type,
    type,
  ]),
);

/** The endpoint a path means where no provider's type is known. */
export function endpointOfAnyType(method: string, path: string): Endpoint | undefined {
  for (const type of PROVIDER_TYPES.values()) {
    const endpoint = type.endpoint(method, path);
    if (endpoint !== undefined) return endpoint;
  }
  return undefined;
}

/** A provider ready to be called; owns its connections. */
export interface Provider {
  readonly name: string;
  readonly type: ProviderType;
  readonly keys: KeyRing;
  readonly breaker: CircuitBreaker;
  readonly dispatcher: Dispatcher;
  /** Host with port, for the `Host` header. */
  readonly host: string;
  /** Path of the base URL, without a trailing slash. */
  readonly basePath: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly actorHeaders?: ActorHeaders;
}

/** What providers share. */
export interface ProviderWorld {
  readonly limits: GatewayLimits;
  readonly cooldowns: Cooldowns;
  /** Absent in the relay, which carries no AWS SDK. */
  readonly createAwsKey?: (providerName: string, account: AwsAccount) => UpstreamKey;
}

export function openProvider(config: ProviderConfig, world: ProviderWorld): Provider {
  const { name, headers, actorHeaders } = config;
  const type = PROVIDER_TYPES.get(config.type);
  if (type === undefined || !isProviderName(name)) throw invalidProvider(config);
  const base = new URL(config.baseUrl);
  const apiKeys = config.keys.map((secret) => createApiKey(name, type, secret));
  const awsKey = config.aws && world.createAwsKey?.(name, config.aws);
  const keys = awsKey === undefined ? apiKeys : [...apiKeys, awsKey];
  return {
    name,
    type,
    breaker: new CircuitBreaker(),
    keys: new KeyRing(keys, world.cooldowns, config.keyOrder),
    ...(headers === undefined ? {} : { headers }),
    ...(actorHeaders === undefined ? {} : { actorHeaders }),
    dispatcher: openPool(base.origin, world.limits),
    host: base.host,
    basePath: base.pathname.replace(/\/+$/, ''),
  };
}

/** Connections to one origin: as many as there are requests, kept open between them. */
export function openPool(origin: string, limits: GatewayLimits): Pool {
  return new Pool(origin, {
    connectTimeout: limits.connectTimeoutMs,
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: limits.idleTimeoutMs,
  });
}

function invalidProvider({ name, type }: ProviderConfig): AigovError {
  const allowed = [...PROVIDER_TYPES.keys()].join(', ');
  return new AigovError(
    'PROVIDER_INVALID',
    `provider "${name}" of type "${type}": names are lower-case words joined by hyphens and not one of our own routes; types are ${allowed}`,
    { remedy: 'Correct the name or the type of this provider.' },
  );
}
