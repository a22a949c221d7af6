import { TerraformLocal, TerraformVariable, Token } from 'cdktf';
import { Construct } from 'constructs';
import { allClients, type ClientDefinition } from '../../clients';
import { AigovError, type WorkspaceMcpServer } from '../../policy';
import { AgentFirewall } from '../agent-firewall';
import type { AiGateway } from '../ai-gateway';
import * as coder from '../coder';
import { logicalName, named } from '../logical-name';
import type { Policy } from '../policy';
import { PropFaults } from '../prop-faults';
import { RuntimePack } from '../runtime/runtime-pack';
import type { AgentArchitecture, RuntimeFiles } from '../runtime/runtime-files';
import { CONFIG_VARIABLE, partScripts, startScript } from '../runtime/scripts';
import { CoderTemplate } from '../template/coder-template';
import { literal } from '../template/template-string';
import type { IWorkspaceInfrastructure } from './infrastructure';

export interface GovernedWorkspaceProps {
  /** AI clients people may use; each is sent to the gateway and, with the firewall on, started inside it. */
  readonly clients: readonly ClientDefinition[];
  readonly gateway: AiGateway;
  readonly policy: Policy;
  /**
   * MCP servers that run in the workspace, in its jail where there is one. Clients are told of them and of the servers
   * policy allows by name. @default - none
   */
  readonly mcpServers?: readonly WorkspaceMcpServer[];
  /** @default AgentFirewall.bundled() */
  readonly firewall?: AgentFirewall;
  /** What to govern. @default - the agent given to `attach` */
  readonly infrastructure?: IWorkspaceInfrastructure;
  /** Default of the template's variable `enable_boundary`, by which an admin switches the firewall. @default true */
  readonly enableBoundary?: boolean;
  /** The built runtime. @default - the one of this package */
  readonly runtime?: RuntimeFiles;
}

/** Makes one workspace governed: gateway, firewall and audit start with it, and its AI clients go through them. */
export class GovernedWorkspace extends Construct {
  readonly #props: GovernedWorkspaceProps;
  readonly #template: CoderTemplate;
  #agent: coder.agent.Agent | undefined;

  /** @param id part of every Terraform name it makes; changing it replaces people's workspaces */
  constructor(scope: Construct, id: string, props: GovernedWorkspaceProps) {
    super(scope, id);
    checkProps(this, props);
    this.#props = props;
    this.#template = CoderTemplate.of(this);
    this.node.addValidation({ validate: () => this.#faults() });
    if (props.infrastructure !== undefined) this.attach(props.infrastructure.agent);
  }

  /**
   * Governs a workspace agent of your own infrastructure.
   * @throws AigovError `GOVERNED_TWICE` when an agent was given before
   */
  attach(agent: coder.agent.Agent): void {
    if (this.#agent !== undefined) {
      throw new AigovError(
        'GOVERNED_TWICE',
        `"${this.node.path}" governs "${this.#agent.node.path}" already`,
        {
          remedy: 'Create one GovernedWorkspace for each workspace agent.',
          at: this.node.path,
        },
      );
    }
    this.#agent = agent;
    this.#setEnvironment(agent);
    this.#deliverRuntime(agent);
  }

  #faults(): string[] {
    return this.#agent === undefined
      ? ['governs nothing. Pass `infrastructure`, or call `attach` with a workspace agent.']
      : [];
  }

  #setEnvironment(agent: coder.agent.Agent): void {
    const { clients, gateway } = this.#props;
    const variables = Object.assign({}, ...clients.map((client) => client.env(gateway))) as Record<
      string,
      string
    >;
    for (const [name, value] of Object.entries(variables)) {
      this.#createEnv(agent, name, literal(value));
    }
    // The only place the token goes: the start script hands it to the runtime, which keeps it out of the jail.
    this.#createEnv(agent, 'AIGOV_SESSION_TOKEN', this.#template.owner.sessionToken);
  }

  /** `error`: another `coder_env` of that name would lead a client past the gateway, so the build must fail. */
  #createEnv(agent: coder.agent.Agent, name: string, value: string): void {
    const env = new coder.env.Env(this, name, {
      agentId: agent.id,
      name,
      value,
      mergeStrategy: 'error',
    });
    named(env, this, name.toLowerCase());
  }

  #deliverRuntime(agent: coder.agent.Agent): void {
    const { packed } = RuntimePack.of(this, this.#props.runtime, architecturesOf(agent));
    for (const [index, { path, text }] of partScripts(packed).entries()) {
      this.#template.addFile(path, text);
      this.#createScript(agent, `runtime_${index}`, {
        displayName: `aigov runtime ${index + 1}/${packed.parts.length}`,
        script: `\${file("\${path.module}/${path}")}`,
      });
    }
    const start = startScript(packed);
    this.#template.addFile(start.path, start.text);
    const config = `base64encode(jsonencode(local.${this.#createConfig()}))`;
    this.#createScript(agent, 'start', {
      displayName: 'aigov',
      script: `\${templatefile("\${path.module}/${start.path}", { ${CONFIG_VARIABLE} = ${config} })}`,
      // nobody works in the workspace before it is governed
      startBlocksLogin: true,
      timeout: 180,
    });
  }

  #createScript(
    agent: coder.agent.Agent,
    name: string,
    config: Omit<coder.script.ScriptConfig, 'agentId'>,
  ): void {
    const script = new coder.script.Script(this, name, {
      agentId: agent.id,
      icon: '/icon/shield.svg',
      runOnStart: true,
      ...config,
    });
    named(script, this, name);
  }

  /** `workspace.json` as a local value (type WorkspaceConfig of policy/). @returns the local's name */
  #createConfig(): string {
    const { clients, gateway, mcpServers } = this.#props;
    const { workspace, owner } = this.#template;
    const name = logicalName(this, 'config');
    const expression = {
      version: 1,
      gateway: literally(gateway.config),
      firewall: { isEnabled: this.#firewallSwitch() },
      policy: `\${jsondecode(file("\${path.module}/${this.#addPolicyFile()}"))}`,
      clients: clients.map((client) => client.id),
      ...(mcpServers === undefined ? {} : { mcpServers: literally(mcpServers) }),
      workspace: {
        id: workspace.id,
        name: workspace.name,
        owner: owner.name,
        templateId: workspace.templateId,
        templateName: workspace.templateName,
        templateVersion: workspace.templateVersion,
      },
    };
    new TerraformLocal(this, 'config', expression).overrideLogicalId(name);
    return name;
  }

  #addPolicyFile(): string {
    const path = `policy/${logicalName(this)}.json`;
    this.#template.addFile(path, `${JSON.stringify(this.#props.policy.layers, null, 2)}\n`);
    return path;
  }

  /** Two governed workspaces of one template share the switch. */
  #firewallSwitch(): unknown {
    const { firewall = AgentFirewall.bundled(), enableBoundary = true } = this.#props;
    if (firewall.kind === 'off') return false;
    const present = this.#template.node.tryFindChild('enable_boundary');
    if (present instanceof TerraformVariable) return present.value;
    return new TerraformVariable(this.#template, 'enable_boundary', {
      type: 'bool',
      description: 'Run AI clients inside the agent firewall.',
      default: enableBoundary,
    }).value;
  }
}

/** Escapes every string inside a value. */
function literally(value: unknown): unknown {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return value.map((item) => literally(item));
  if (typeof value !== 'object' || value === null || Token.isUnresolved(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, literally(inner)]));
}

/** An agent whose architecture is known only when Terraform runs gets the helper of each. */
function architecturesOf(agent: coder.agent.Agent): readonly AgentArchitecture[] {
  const { archInput: arch, osInput: os } = agent;
  const faults = new PropFaults(agent);
  const remedy = 'Run the workspace on Linux, amd64 or arm64.';
  faults.check('os', os, os === 'linux', '"linux"', remedy);
  const isArch = arch === 'amd64' || arch === 'arm64';
  faults.check('arch', arch, isArch, '"amd64" or "arm64"', remedy);
  faults.throwIfAny();
  return isArch ? [arch] : ['amd64', 'arm64'];
}

function checkProps(
  owner: GovernedWorkspace,
  { clients, mcpServers = [] }: GovernedWorkspaceProps,
): void {
  const faults = new PropFaults(owner);
  const ids = clients.map((client) => client.id);
  const known = allClients.map((client) => client.id);
  const isKnown = ids.length > 0 && ids.every((id) => known.includes(id));
  const isUnique = new Set(ids).size === ids.length;
  const allowed = `one or more of ${known.join(', ')}, each once`;
  const remedy = 'Pass definitions such as `clients.claudeCode`.';
  faults.check('clients', ids, isKnown && isUnique, allowed, remedy);
  checkMcpServers(faults, mcpServers);
  faults.throwIfAny();
}

/** As the relay takes names (gateway/mcp), which constructs may not import. */
const MCP_SERVER_NAME = /^[a-z0-9]+(?:[_-][a-z0-9]+)*$/;

function checkMcpServers(faults: PropFaults, servers: readonly WorkspaceMcpServer[]): void {
  const names = servers.map(({ name }) => name);
  const isNamed = names.every((name) => MCP_SERVER_NAME.test(name));
  const isUnique = new Set(names).size === names.length;
  const allowed = 'lower-case words joined by - or _, each once';
  const remedy = 'Choose a name such as "files".';
  faults.check('mcpServers', names, isNamed && isUnique, allowed, remedy);
  for (const [index, { command }] of servers.entries())
    faults.check(
      `mcpServers[${index}].command`,
      command,
      command.length > 0 && command.every((word) => word !== ''),
      'a program and its arguments',
      'Name the program first, as in ["npx", "-y", "@scope/server"].',
    );
}
