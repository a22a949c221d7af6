import { createHash } from 'node:crypto';
import type { Environment } from '../../../provider/plugin';

/** Facts of one workspace build, as a Coder server has them. */
export interface WorkspaceFacts {
  /** @default https://coder.example.com */
  readonly accessUrl?: string;
  readonly workspace: { readonly id: string; readonly name: string };
  /** @default start */
  readonly transition?: 'start' | 'stop' | 'delete';
  readonly owner: {
    readonly id: string;
    readonly name: string;
    readonly fullName?: string;
    readonly email?: string;
    readonly groups?: readonly string[];
    /** A secret. */
    readonly sessionToken?: string;
  };
  readonly template: { readonly id: string; readonly name: string; readonly version: string };
  /** Set when a task prompt started the build. */
  readonly task?: { readonly id: string; readonly prompt: string };
  /** Values of coder_parameter by name. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Token the running agent has; without it every refresh makes a new one. A secret. */
  readonly runningAgentToken?: string;
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Environment variable that carries the value of one coder_parameter. */
export function parameterVariable(name: string): string {
  return `CODER_PARAMETER_${sha256Hex(name)}`;
}

/** The token of every running agent: the provider asks for the agent id "" always. */
export const RUNNING_AGENT_TOKEN_VARIABLE = `CODER_RUNNING_WORKSPACE_AGENT_TOKEN_${sha256Hex('')}`;

/** The environment Coder's provisioner gives Terraform for one build of a workspace. */
export function buildEnvironment(facts: WorkspaceFacts): Record<string, string> {
  const { owner, runningAgentToken, task, template, workspace } = facts;
  const parameters = Object.entries(facts.parameters ?? {}).map(
    ([name, value]) => [parameterVariable(name), value] as const,
  );
  return {
    CODER_AGENT_URL: facts.accessUrl ?? 'https://coder.example.com',
    CODER_WORKSPACE_TRANSITION: facts.transition ?? 'start',
    CODER_WORKSPACE_ID: workspace.id,
    CODER_WORKSPACE_NAME: workspace.name,
    CODER_WORKSPACE_OWNER: owner.name,
    CODER_WORKSPACE_OWNER_ID: owner.id,
    CODER_WORKSPACE_OWNER_NAME: owner.fullName ?? owner.name,
    CODER_WORKSPACE_OWNER_EMAIL: owner.email ?? `${owner.name}@example.com`,
    CODER_WORKSPACE_OWNER_GROUPS: JSON.stringify(owner.groups ?? []),
    CODER_WORKSPACE_OWNER_SESSION_TOKEN: owner.sessionToken ?? '',
    CODER_WORKSPACE_TEMPLATE_ID: template.id,
    CODER_WORKSPACE_TEMPLATE_NAME: template.name,
    CODER_WORKSPACE_TEMPLATE_VERSION: template.version,
    ...(task === undefined ? {} : { CODER_TASK_ID: task.id, CODER_TASK_PROMPT: task.prompt }),
    ...Object.fromEntries(parameters),
    ...(runningAgentToken === undefined
      ? {}
      : { [RUNNING_AGENT_TOKEN_VARIABLE]: runningAgentToken }),
  };
}

/** A variable's value, "" counting as absent. */
export function given(environment: Environment, name: string): string | undefined {
  return environment[name] || undefined;
}
