import type { IncomingMessage } from 'node:http';
import type { Pool } from 'undici';
import { PLACEHOLDER_KEY } from '../../clients';
import type { Admission } from '../admission';
import type { RequestClaims } from '../context';
import { bearerToken } from '../credentials';
import { SILENT } from '../logger';
import { openPool } from '../provider';
import { DEFAULT_LIMITS } from '../limits';
import { REFUSALS } from '../refuse';
import type { Relay, RelayOptions } from '../relay-options';
import { RelaySession } from '../relay-session';
import { DEFAULT_MCP_LIMITS } from './limits';
import { createMemoryTools } from './memory-tools';
import { MCP_FEATURES } from './methods';
import { openMcp } from './open-mcp';
import { openServers } from './open-server';
import type { McpServer } from './pipeline';
import { RelayUpstream } from './relay-upstream';

/**
 * MCP in a workspace: servers that run here, and all others through the aigov server. The template's rules hold for both;
 * of the server's only what is refused is recorded here.
 */
export function createMcpRelay(options: RelayOptions): Relay {
  const { policy, recorder, upstream, logger = SILENT } = options;
  const limits = DEFAULT_MCP_LIMITS;
  const store = createMemoryTools();
  const own = openServers(options.mcpServers ?? [], { store, limits, logger });
  const remote = upstream.kind === 'server' ? new RemoteServers(options, upstream.url) : undefined;
  const mcp = openMcp({ policy, recorder, limits, logger }, own, (name) => remote?.find(name));
  return {
    handle: (request, response, claims = {}) =>
      mcp.run(request, response, (seen) => admitOwner(seen, options, claims)),
    async close() {
      await mcp.close();
      await remote?.close();
    },
  };
}

/** Whoever reaches the relay is the workspace's owner. The placeholder keeps web pages out, which cannot send it. */
function admitOwner(
  { headers }: IncomingMessage,
  { owner, workspace, taskId }: RelayOptions,
  claims: RequestClaims,
): Admission {
  const token = bearerToken(headers.authorization) ?? headers['x-api-key'];
  if (token !== PLACEHOLDER_KEY) return { kind: 'refused', refusal: REFUSALS.tokenMissing };
  const context = { workspace, ...claims, ...(taskId === undefined ? {} : { taskId }) };
  return { kind: 'admitted', caller: { identity: { user: owner, isVerified: false }, context } };
}

/** Every server the aigov server may know, by name. */
class RemoteServers {
  readonly #pools: { readonly calls: Pool; readonly streams: Pool };
  readonly #session: RelaySession;
  readonly #base: URL;
  readonly #options: RelayOptions;

  constructor(options: RelayOptions, url: string) {
    this.#options = options;
    this.#base = new URL(url);
    const { connectTimeoutMs, answerTimeoutMs } = DEFAULT_MCP_LIMITS;
    const bounds = { ...DEFAULT_LIMITS, connectTimeoutMs, headersTimeoutMs: answerTimeoutMs };
    this.#pools = {
      calls: openPool(this.#base.origin, { ...bounds, idleTimeoutMs: answerTimeoutMs }),
      streams: openPool(this.#base.origin, { ...bounds, idleTimeoutMs: 0 }),
    };
    const { sessionToken, workspace, taskId, logger = SILENT } = options;
    this.#session = new RelaySession({
      dispatcher: this.#pools.calls,
      basePath: this.#basePath,
      host: this.#base.host,
      sessionToken,
      facts: { workspace, ...(taskId === undefined ? {} : { taskId }) },
      logger,
    });
  }

  get #basePath(): string {
    return this.#base.pathname.replace(/\/+$/, '');
  }

  find(name: string): McpServer {
    const upstream = new RelayUpstream({
      pools: this.#pools,
      session: this.#session,
      host: this.#base.host,
      path: `${this.#basePath}/mcp/${name}`,
      sessionToken: this.#options.sessionToken,
    });
    const rules = { server: name, features: ALL_FEATURES, pins: undefined };
    return { upstream, rules, isRecorded: false };
  }

  async close(): Promise<void> {
    await Promise.all([this.#pools.calls.destroy(), this.#pools.streams.destroy()]);
  }
}

const ALL_FEATURES: ReadonlySet<(typeof MCP_FEATURES)[number]> = new Set(MCP_FEATURES);
