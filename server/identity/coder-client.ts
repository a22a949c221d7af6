import { Pool } from 'undici';
import { AigovError } from '../../policy';

/** Longest wait for an answer of the Coder deployment. */
export const CODER_TIMEOUT_MS = 5000;
/** Requests to the deployment at once; more wait. */
const MAX_CONNECTIONS = 8;
/** Most bytes of one answer. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** What Coder says about the owner of a session token. */
export interface CoderIdentity {
  readonly id: string;
  readonly username: string;
  /** Names of site roles. */
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Name of the only organisation, or of the deployment's default where the user is in several. */
  readonly organization?: string;
}

/** What Coder says about a workspace. */
export interface CoderWorkspaceFacts {
  readonly name: string;
  readonly ownerId: string;
  readonly organization?: string;
  readonly templateId: string;
  readonly templateName: string;
  readonly templateVersion: string;
}

/**
 * Asks a Coder deployment with the caller's own session token (coderd REST API, v2.37 documentation, read 2026-11-28):
 * no key of the deployment is needed here. Throws CODER_UNREACHABLE when there is no answer to go by.
 */
export class CoderClient {
  readonly #pool: Pool;
  readonly #basePath: string;
  readonly #url: string;

  /** `url` is the deployment's access URL. */
  constructor(url: string) {
    const { origin, pathname } = new URL(url);
    this.#url = url;
    this.#basePath = pathname.replace(/\/+$/, '');
    this.#pool = new Pool(origin, {
      connections: MAX_CONNECTIONS,
      connectTimeout: CODER_TIMEOUT_MS,
      headersTimeout: CODER_TIMEOUT_MS,
      bodyTimeout: CODER_TIMEOUT_MS,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
  }

  /** Undefined: the token is not valid (any more), or its user is not active. */
  async fetchIdentity(token: string): Promise<CoderIdentity | undefined> {
    const user = await this.#get(token, '/api/v2/users/me');
    if (user === undefined) return undefined;
    const { id, username, roles } = user as { id: string; username: string; roles?: Named[] };
    const [groups, organizations] = await Promise.all([
      this.#get(token, `/api/v2/groups?has_member=${encodeURIComponent(id)}`),
      this.#get(token, '/api/v2/users/me/organizations'),
    ]);
    const organization = chosen(asList(organizations));
    return {
      id,
      username,
      roles: asList(roles).map(({ name }) => name),
      groups: asList(groups).map(({ name }) => name),
      ...(organization === undefined ? {} : { organization }),
    };
  }

  /** Undefined: there is no such workspace, or the token's user may not see it. */
  async fetchWorkspace(token: string, id: string): Promise<CoderWorkspaceFacts | undefined> {
    const found = await this.#get(token, `/api/v2/workspaces/${encodeURIComponent(id)}`);
    if (found === undefined) return undefined;
    const workspace = found as Record<string, string> & { latest_build?: Record<string, string> };
    const organization = workspace['organization_name'];
    return {
      name: workspace['name'] ?? '',
      ownerId: workspace['owner_id'] ?? '',
      templateId: workspace['template_id'] ?? '',
      templateName: workspace['template_name'] ?? '',
      templateVersion: workspace.latest_build?.['template_version_name'] ?? '',
      ...(organization ? { organization } : {}),
    };
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** Undefined: refused or not there (401, 403, 404; groups without a Premium licence are 403 or 404). */
  async #get(token: string, path: string): Promise<unknown> {
    const { status, text } = await this.#request(token, path);
    if (status === 401 || status === 403 || status === 404) return undefined;
    if (status !== 200) throw this.#unreachable(`answered ${status}`);
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw this.#unreachable('answered something other than JSON', cause);
    }
  }

  async #request(token: string, path: string): Promise<{ status: number; text: string }> {
    try {
      const answer = await this.#pool.request({
        method: 'GET',
        path: `${this.#basePath}${path}`,
        headers: { 'coder-session-token': token, accept: 'application/json' },
        signal: AbortSignal.timeout(CODER_TIMEOUT_MS),
      });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (cause) {
      const { code, name } = cause as { code?: string; name?: string };
      throw this.#unreachable(`did not answer (${code ?? name ?? 'unknown'})`, cause);
    }
  }

  #unreachable(how: string, cause?: unknown): AigovError {
    return new AigovError('CODER_UNREACHABLE', `the Coder deployment at ${this.#url} ${how}`, {
      remedy: 'Check identity.coder.url, and that this server can reach it.',
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

interface Named {
  readonly name: string;
  readonly is_default?: boolean;
}

function asList(value: unknown): readonly Named[] {
  return Array.isArray(value)
    ? value.filter((item) => typeof (item as Named | null)?.name === 'string')
    : [];
}

function chosen(organizations: readonly Named[]): string | undefined {
  return (organizations.find((one) => one.is_default === true) ?? organizations[0])?.name;
}
