import { randomUUID } from 'node:crypto';
import {
  textOf,
  AigovError,
  type CtyObject,
  type CtyValue,
  type Environment,
} from '../../../provider/plugin';
import type { DataSourceBehaviour } from '../stand-in';
import { given } from './build-environment';

/** Where the provider sends agents when nobody told it a deployment. */
const PLACEHOLDER_URL = 'https://mydeployment.coder.com';

export function accessUrl(environment: Environment): string {
  return given(environment, 'CODER_AGENT_URL') ?? PLACEHOLDER_URL;
}

/** `data.coder_workspace`: this build. */
function readWorkspace(environment: Environment): CtyObject {
  const transition = given(environment, 'CODER_WORKSPACE_TRANSITION') ?? 'start';
  const url = accessUrl(environment);
  const isClaim = isTrue(environment['CODER_WORKSPACE_IS_PREBUILD_CLAIM']);
  const isPrebuild = !isClaim && isTrue(environment['CODER_WORKSPACE_IS_PREBUILD']);
  return {
    id: given(environment, 'CODER_WORKSPACE_ID') ?? randomUUID(),
    name: given(environment, 'CODER_WORKSPACE_NAME') ?? 'default',
    access_url: url,
    access_port: portOf(url),
    transition,
    start_count: transition === 'start' ? 1 : 0,
    template_id: templateFact(environment, 'ID'),
    template_name: templateFact(environment, 'NAME'),
    template_version: templateFact(environment, 'VERSION'),
    is_prebuild: isPrebuild,
    is_prebuild_claim: isClaim,
    prebuild_count: isPrebuild ? 1 : 0,
  };
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** Template facts are mandatory in a real build, that is with a build id. */
function templateFact(environment: Environment, name: string): string {
  const variable = `CODER_WORKSPACE_TEMPLATE_${name}`;
  const value = given(environment, variable);
  if (value !== undefined || given(environment, 'CODER_WORKSPACE_BUILD_ID') === undefined)
    return value ?? '';
  throw new AigovError('CODER_BUILD_INCOMPLETE', `${variable} is not set, though this is a build`, {
    remedy: `Set ${variable}, or leave CODER_WORKSPACE_BUILD_ID unset.`,
  });
}

/** `data.coder_workspace_owner`: the owner and the owner's credentials. */
function readOwner(environment: Environment): CtyObject {
  const owner = (suffix: string) => environment[`CODER_WORKSPACE_OWNER${suffix}`];
  const name = owner('') || 'default';
  return {
    id: owner('_ID') || randomUUID(),
    name,
    full_name: owner('_NAME') || name,
    email: owner('_EMAIL') || 'default@example.com',
    groups: jsonList(environment, 'CODER_WORKSPACE_OWNER_GROUPS'),
    rbac_roles: jsonList(environment, 'CODER_WORKSPACE_OWNER_RBAC_ROLES'),
    login_type: owner('_LOGIN_TYPE') || null,
    session_token: owner('_SESSION_TOKEN') ?? '',
    oidc_access_token: owner('_OIDC_ACCESS_TOKEN') ?? '',
    ssh_public_key: owner('_SSH_PUBLIC_KEY') ?? '',
    ssh_private_key: owner('_SSH_PRIVATE_KEY') ?? '',
  };
}

/** Set but empty, or not JSON, fails the plan; `null` does not. */
function jsonList(environment: Environment, variable: string): CtyValue {
  const text = environment[variable];
  if (text === undefined) return [];
  try {
    return (JSON.parse(text) as CtyValue) ?? [];
  } catch (cause) {
    throw new AigovError('CODER_BUILD_INVALID', `${variable} is not JSON`, {
      remedy: `Give ${variable} a JSON list, or leave it unset.`,
      cause,
    });
  }
}

/** `data.coder_task`: off a task the id is random, so only `enabled` tells. */
function readTask(environment: Environment): CtyObject {
  const id = given(environment, 'CODER_TASK_ID');
  const prompt = environment['CODER_TASK_PROMPT'] ?? '';
  return { id: id ?? randomUUID(), enabled: id !== undefined, prompt };
}

/** Host of the provisioner, in Go's words. */
function readProvisioner(): CtyObject {
  const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm: 'armv7' };
  const systems: Readonly<Record<string, string>> = { win32: 'windows' };
  return {
    id: randomUUID(),
    os: systems[process.platform] ?? process.platform,
    arch: architectures[process.arch] ?? process.arch,
  };
}

/** Data sources that only hand on facts of the build. */
export function workspaceDataSources(
  environment: Environment,
): Readonly<Record<string, DataSourceBehaviour>> {
  return {
    coder_workspace: { read: () => readWorkspace(environment) },
    coder_workspace_owner: { read: () => readOwner(environment) },
    coder_task: { read: () => readTask(environment) },
    coder_provisioner: { read: readProvisioner },
    coder_workspace_tags: { read: () => ({ id: randomUUID() }) },
    coder_external_auth: { read: (config) => readExternalAuth(config, environment) },
    coder_secret: { read: (config) => readSecret(config, environment) },
  };
}

/** Never an error without a token: Coder asks the user to link the account before it builds. */
function readExternalAuth(config: CtyObject, environment: Environment): CtyObject {
  const variable = `CODER_EXTERNAL_AUTH_ACCESS_TOKEN_${textOf(config['id'])}`;
  return { access_token: environment[variable] ?? '' };
}

function readSecret({ env, file }: CtyObject, environment: Environment): CtyObject {
  if (typeof env === 'string')
    return { id: `env:${env}`, value: environment[`CODER_SECRET_ENV_${env}`] ?? '' };
  const path = textOf(file);
  const variable = `CODER_SECRET_FILE_${Buffer.from(path).toString('hex')}`;
  return { id: `file:${path}`, value: environment[variable] ?? '' };
}
