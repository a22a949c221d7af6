import { resourcesOf, type StateDocument, type StateResource } from '../terraform';
import { mergeEnv } from './merge-env';
import type {
  AgentApp,
  AgentScript,
  BuiltTemplate,
  TemplateAgent,
  TemplateParameter,
} from './model';

/** Reads what a workspace gets from `terraform show -json` of an applied template. */
export function templateFromState(state: StateDocument): BuiltTemplate {
  const resources = resourcesOf(state);
  const managed = (type: string) =>
    resources.filter((each) => each.mode === 'managed' && each.type === type);
  const parts: AgentParts = {
    envs: managed('coder_env'),
    scripts: managed('coder_script'),
    apps: managed('coder_app'),
  };
  const parameters = resources.filter((each) => each.type === 'coder_parameter');
  return {
    agents: managed('coder_agent').map((agent) => agentFrom(agent, parts)),
    parameters: parameters.map(parameterFrom),
  };
}

interface AgentParts {
  readonly envs: readonly StateResource[];
  readonly scripts: readonly StateResource[];
  readonly apps: readonly StateResource[];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A property only when there is something to say. */
function when<K extends string>(name: K, value: unknown): Partial<Record<K, string>> {
  return typeof value === 'string' && value !== ''
    ? ({ [name]: value } as Partial<Record<K, string>>)
    : {};
}

function agentFrom(agent: StateResource, parts: AgentParts): TemplateAgent {
  const { address, name, values } = agent;
  const id = text(values['id']);
  const mine = (all: readonly StateResource[]) =>
    all.filter((part) => part.values['agent_id'] === id);
  return {
    address,
    name,
    id,
    token: text(values['token']),
    os: text(values['os']),
    arch: text(values['arch']),
    ...when('dir', values['dir']),
    initScript: text(values['init_script']),
    env: { ...mergeEnv(mine(parts.envs).map(envFrom)), ...agentEnv(values['env']) },
    scripts: [...startupScripts(agent), ...mine(parts.scripts).map(scriptFrom)],
    apps: mine(parts.apps).map(appFrom),
  };
}

function agentEnv(value: unknown): Record<string, string> {
  return typeof value === 'object' && value !== null ? (value as Record<string, string>) : {};
}

function envFrom({ address, values }: StateResource) {
  return {
    address,
    name: text(values['name']),
    value: text(values['value']),
    ...when('mergeStrategy', values['merge_strategy']),
  };
}

/** `startup_script` and `shutdown_script` are scripts of the agent's own. */
function startupScripts({ address, values }: StateResource): AgentScript[] {
  const own = (attribute: string, displayName: string, isStart: boolean): AgentScript[] => {
    const script = text(values[attribute]);
    if (script === '') return [];
    const startBlocksLogin = isStart && values['startup_script_behavior'] === 'blocking';
    const runs = { runOnStart: isStart, runOnStop: !isStart, startBlocksLogin };
    return [{ address: `${address}.${attribute}`, displayName, script, ...runs }];
  };
  return [
    ...own('startup_script', 'Startup Script', true),
    ...own('shutdown_script', 'Shutdown Script', false),
  ];
}

function scriptFrom({ address, values }: StateResource): AgentScript {
  const { timeout } = values;
  return {
    address,
    displayName: text(values['display_name']),
    script: text(values['script']),
    runOnStart: values['run_on_start'] === true,
    runOnStop: values['run_on_stop'] === true,
    startBlocksLogin: values['start_blocks_login'] === true,
    ...(typeof timeout === 'number' && timeout > 0 ? { timeoutSeconds: timeout } : {}),
    ...when('cron', values['cron']),
  };
}

function appFrom({ address, values }: StateResource): AgentApp {
  const slug = text(values['slug']);
  return {
    address,
    slug,
    displayName: text(values['display_name']) || slug,
    ...when('url', values['url']),
    ...when('command', values['command']),
  };
}

function parameterFrom({ values }: StateResource): TemplateParameter {
  return {
    name: text(values['name']),
    type: text(values['type']) || 'string',
    value: text(values['value']),
    isMutable: values['mutable'] === true,
  };
}
