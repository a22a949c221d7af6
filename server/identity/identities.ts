import type { WorkspaceFacts } from '../../audit';
import type { Authenticate, Logger } from '../../gateway';
import type { ServerConfig } from '../config';
import type { Role } from '../config-schema';
import { CheckedTokens } from './checked-tokens';
import { CoderClient, type CoderIdentity } from './coder-client';
import { createStaticTokens, hashOf } from './static-tokens';
import type { TokenHolder } from './token-holder';

/** Whether a workspace is its caller's, as far as can be told. */
export type WorkspaceClaim =
  | { readonly kind: 'confirmed'; readonly facts: WorkspaceFacts; readonly organization?: string }
  /** There is nobody to ask. */
  | { readonly kind: 'unasked' }
  | { readonly kind: 'unanswered' }
  /** Not there, or somebody else's. */
  | { readonly kind: 'refuted' };

/** Who is who: tokens of the configuration, then session tokens of the Coder deployment. */
export interface Identities {
  /** Undefined: the token is not valid. Rejects when that cannot be told now. */
  find(token: string): TokenHolder | undefined | Promise<TokenHolder | undefined>;
  confirm(token: string, holder: TokenHolder, claimed: WorkspaceFacts): Promise<WorkspaceClaim>;
  /** False while the last question to Coder had no answer. */
  readonly isReachable: boolean;
  close(): Promise<void>;
}

export function createIdentities({ tokens, coder }: ServerConfig, logger?: Logger): Identities {
  const findStatic = createStaticTokens(tokens);
  const deployment = coder && new CoderDeployment(coder, logger);
  return {
    find(token) {
      const tokenHash = hashOf(token);
      return findStatic(tokenHash) ?? deployment?.find(token, tokenHash);
    },
    confirm: async (token, holder, claimed) =>
      deployment === undefined || holder.coderId === undefined
        ? { kind: 'unasked' }
        : deployment.confirm(token, holder.coderId, claimed),
    get isReachable() {
      return deployment?.isReachable ?? true;
    },
    close: async () => deployment?.close(),
  };
}

/** How the gateway authenticates: every identity found here was vouched for. */
export function authenticateWith(identities: Identities): Authenticate {
  const identityOf = (holder: TokenHolder | undefined) => {
    if (holder === undefined) return undefined;
    const { role: _role, coderId: _coderId, ...identity } = holder;
    return { ...identity, isVerified: true };
  };
  return (token) => {
    const found = identities.find(token);
    return found instanceof Promise ? found.then(identityOf) : identityOf(found);
  };
}

class CoderDeployment {
  isReachable = true;
  readonly #client: CoderClient;
  readonly #logger: Logger | undefined;
  readonly #checked: CheckedTokens<TokenHolder>;

  constructor({ url, roles }: NonNullable<ServerConfig['coder']>, logger: Logger | undefined) {
    this.#client = new CoderClient(url);
    this.#logger = logger;
    this.#checked = new CheckedTokens({
      ask: async (token) => {
        const identity = await this.#told(this.#client.fetchIdentity(token));
        return identity && holderOf(identity, roles);
      },
    });
  }

  find(
    token: string,
    tokenHash: string,
  ): TokenHolder | undefined | Promise<TokenHolder | undefined> {
    return this.#checked.check(token, tokenHash);
  }

  async confirm(token: string, coderId: string, claimed: WorkspaceFacts): Promise<WorkspaceClaim> {
    try {
      const found = await this.#told(this.#client.fetchWorkspace(token, claimed.id));
      if (found?.ownerId !== coderId) return { kind: 'refuted' };
      const { ownerId: _ownerId, organization, ...facts } = found;
      return {
        kind: 'confirmed',
        facts: { id: claimed.id, ...facts },
        ...(organization === undefined ? {} : { organization }),
      };
    } catch {
      return { kind: 'unanswered' };
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** The operator hears of every question without an answer. */
  async #told<T>(question: Promise<T>): Promise<T> {
    try {
      const answer = await question;
      this.isReachable = true;
      return answer;
    } catch (error) {
      this.isReachable = false;
      this.#logger?.warn('Coder cannot be asked', { error: String(error) });
      throw error;
    }
  }
}

function holderOf(
  { id, username, roles, groups, organization }: CoderIdentity,
  granted: Partial<Record<Role, readonly string[]>>,
): TokenHolder {
  const has = (role: Role) => granted[role]?.some((name) => roles.includes(name)) === true;
  return {
    user: username,
    role: has('admin') ? 'admin' : has('auditor') ? 'auditor' : 'member',
    coderId: id,
    groups,
    ...(organization === undefined ? {} : { organization }),
  };
}
