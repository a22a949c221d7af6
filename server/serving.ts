import type { Recorder } from '../audit';
import {
  createGateway,
  createMcpGateway,
  PUBLISHED_PRICES,
  type Authenticate,
  type Contexts,
  type Gateway,
  type GatewayObserver,
  type Logger,
  type McpGatewayOptions,
  Threads,
} from '../gateway';
import type { ServerConfig } from './config';
import { authenticateWith, createIdentities, type Identities } from './identity/identities';
import { createPolicySource } from './policy-source';
import type { SharedState } from './state/shared-state';

/** What outlives a configuration. */
export interface Lasting {
  readonly recorder: Recorder;
  readonly contexts: Contexts;
  readonly state: SharedState;
  readonly tools: McpGatewayOptions['tools'];
  readonly observers: readonly GatewayObserver[];
  readonly logger: Logger | undefined;
}

/** What one configuration says, at work. */
interface Generation {
  readonly config: ServerConfig;
  readonly policy: ReturnType<typeof createPolicySource>;
  readonly identities: Identities;
  readonly authenticate: Authenticate;
  readonly gateway: Gateway;
}

/**
 * The configuration in force. A new one takes the place of the old at once for whatever comes next, while what is under way
 * is finished by the old: no request is dropped. Throws, and changes nothing, for a configuration that cannot be opened.
 */
export class Serving {
  readonly #lasting: Lasting;
  readonly #threads = new Threads();
  readonly #closing = new Set<Promise<void>>();
  #current: Generation;
  #mcp: ReturnType<typeof createMcpGateway>;

  constructor(config: ServerConfig, lasting: Lasting) {
    this.#lasting = lasting;
    this.#current = this.#open(config);
    this.#mcp = this.#openMcp(config);
  }

  get config(): ServerConfig {
    return this.#current.config;
  }

  get gateway(): Gateway {
    return this.#current.gateway;
  }

  get mcp(): ReturnType<typeof createMcpGateway> {
    return this.#mcp;
  }

  /** Who is who by the configuration in force, also after it changed. */
  get identities(): Identities {
    const now = () => this.#current.identities;
    return {
      find: (token) => now().find(token),
      confirm: (token, holder, claimed) => now().confirm(token, holder, claimed),
      get isReachable() {
        return now().isReachable;
      },
      close: () => now().close(),
    };
  }

  replace(config: ServerConfig): void {
    const next = this.#open(config);
    const last = this.#current;
    this.#current = next;
    this.#close(closeGeneration(last));
    // MCP servers keep sessions and processes of their own: they are left alone while nothing about them changed.
    if (JSON.stringify(config.mcpServers) === JSON.stringify(last.config.mcpServers)) return;
    const lastMcp = this.#mcp;
    this.#mcp = this.#openMcp(config);
    this.#close(lastMcp.close());
  }

  /** Waits for what is under way, in this and in former configurations. */
  async close(): Promise<void> {
    await Promise.all([closeGeneration(this.#current), this.#mcp.close(), ...this.#closing]);
  }

  #open(config: ServerConfig): Generation {
    const { recorder, contexts, state, observers, logger } = this.#lasting;
    const policy = createPolicySource(config.policies);
    const identities = createIdentities(config, logger);
    const authenticate = authenticateWith(identities);
    const gateway = createGateway({
      providers: config.providers,
      modelGroups: config.modelGroups ?? [],
      authenticate,
      policy,
      recorder,
      prices: PUBLISHED_PRICES,
      budgets: state.budgets,
      rateLimiter: state.rateLimiter,
      cooldowns: state.cooldowns,
      contexts,
      observers,
      threads: this.#threads,
      ...(logger === undefined ? {} : { logger }),
    });
    return { config, policy, identities, authenticate, gateway };
  }

  #openMcp(config: ServerConfig): ReturnType<typeof createMcpGateway> {
    const { recorder, contexts, tools, logger } = this.#lasting;
    return createMcpGateway({
      servers: config.mcpServers ?? [],
      authenticate: (token) => this.#current.authenticate(token),
      policy: (caller) => this.#current.policy(caller),
      recorder,
      tools,
      contexts,
      ...(logger === undefined ? {} : { logger }),
    });
  }

  #close(closing: Promise<void>): void {
    const settled = closing.finally(() => this.#closing.delete(settled));
    this.#closing.add(settled);
  }
}

async function closeGeneration({ gateway, identities }: Generation): Promise<void> {
  await gateway.close();
  await identities.close();
}
