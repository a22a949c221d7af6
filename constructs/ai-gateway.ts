import type { WorkspaceConfig } from '../policy';
import { PropFaults } from './prop-faults';

/** A model provider's API, or a gateway that speaks it. */
export interface UpstreamProvider {
  /** Name in request paths and policy (`anthropic/claude-*`). */
  readonly name: string;
  readonly type: 'anthropic' | 'openai' | 'gemini' | 'openai-compatible';
  readonly baseUrl: string;
}

export interface BundledGatewayProps {
  /** Where requests go; the person's own key goes with them. */
  readonly upstream: UpstreamProvider | readonly UpstreamProvider[];
}

type GatewayConfig = WorkspaceConfig['gateway'];

/** The AI gateway of a workspace. Clients always talk to the relay in the workspace; this says what is behind it. */
export class AiGateway {
  /** Where clients inside the workspace find the relay (contracts §8). */
  readonly baseUrl = 'http://127.0.0.1:4180';

  private constructor(
    /** What the runtime is told. */
    readonly config: GatewayConfig,
  ) {}

  /**
   * An aigov server holds the provider keys; people are known by their Coder session.
   * @param url its address, `https` unless it is this machine; may be a Terraform reference
   */
  static server(url: string): AiGateway {
    const faults = new PropFaults('AiGateway.server');
    checkUrl(faults, 'url', url);
    faults.throwIfAny();
    return new AiGateway({ kind: 'server', url: url.replace(/\/+$/, '') });
  }

  /** The relay itself keeps the audit, in front of a named upstream. Each person brings a provider key. */
  static bundled({ upstream }: BundledGatewayProps): AiGateway {
    const providers = 'name' in upstream ? [upstream] : upstream;
    const faults = new PropFaults('AiGateway.bundled');
    const remedy = 'Name at least one upstream, each with a name of its own.';
    const names = providers.map((provider) => provider.name);
    const isList = names.length > 0 && new Set(names).size === names.length;
    faults.check('upstream', names, isList, 'one or more providers with different names', remedy);
    for (const [index, { name, baseUrl }] of providers.entries()) {
      const isName = /^[a-z0-9][a-z0-9-]*$/.test(name);
      const example = 'Choose a name such as "anthropic".';
      faults.check(
        `upstream[${index}].name`,
        name,
        isName,
        'lower-case letters, digits and -',
        example,
      );
      checkUrl(faults, `upstream[${index}].baseUrl`, baseUrl);
    }
    faults.throwIfAny();
    return new AiGateway({ kind: 'bundled', providers });
  }
}

/** Names of this machine: a session token sent there in clear text does not leave it. */
const THIS_MACHINE = /^(localhost|127(\.\d+){3}|\[::1\]|host\.docker\.internal)$/;

function checkUrl(faults: PropFaults, prop: string, value: string): void {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isPlain = url !== null && `${url.username}${url.password}${url.search}${url.hash}` === '';
  const isProtected =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && THIS_MACHINE.test(url.hostname));
  const allowed =
    'an https address without credentials, query or fragment; http only for this machine';
  const remedy = 'Write the address as in "https://aigov.corp.example".';
  faults.check(prop, value, isPlain && isProtected, allowed, remedy);
}
