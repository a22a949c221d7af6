import { Pool, type Dispatcher } from 'undici';
import { AigovError } from '../policy';
import { KeyRing } from './key-ring';
import type { GatewayLimits } from './limits';
import { anthropic } from './providers/anthropic';
import { gemini } from './providers/gemini';
import { azure, openai, openaiCompatible } from './providers/openai';
import type { Endpoint, ProviderType } from './providers/wire-format';
import { isProviderName } from './routes';

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
}

/** Every provider type the gateway speaks. */
export const PROVIDER_TYPES: ReadonlyMap<string, ProviderType> = new Map(
  [anthropic, openai, openaiCompatible, azure, gemini].map((type) => [type.type, type]),
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
  readonly dispatcher: Dispatcher;
  /** Host with port, for the `Host` header. */
  readonly host: string;
  /** Path of the base URL, without a trailing slash. */
  readonly basePath: string;
}

export function openProvider(config: ProviderConfig, limits: GatewayLimits): Provider {
  const type = PROVIDER_TYPES.get(config.type);
  if (type === undefined || !isProviderName(config.name)) throw invalidProvider(config);
  const base = new URL(config.baseUrl);
  return {
    name: config.name,
    type,
    keys: new KeyRing(config.keys, () => performance.now()),
    dispatcher: openPool(base.origin, limits),
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
