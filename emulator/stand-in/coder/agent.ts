import { randomUUID } from 'node:crypto';
import {
  textOf,
  type CtyObject,
  type Diagnostic,
  type Environment,
} from '../../../provider/plugin';
import type { ResourceBehaviour } from '../stand-in';
import { RUNNING_AGENT_TOKEN_VARIABLE } from './build-environment';
import {
  atLeast,
  between,
  blocksOf,
  checkAttributes,
  duplicates,
  matching,
  oneOf,
  refuse,
} from './rules';
import { accessUrl } from './workspace-data';

const AGENT_RULES = {
  os: oneOf('linux', 'darwin', 'windows'),
  arch: oneOf('amd64', 'armv7', 'arm64'),
  auth: oneOf(
    'token',
    'google-instance-identity',
    'aws-instance-identity',
    'azure-instance-identity',
  ),
  api_key_scope: oneOf('all', 'no_user_data'),
  startup_script_behavior: oneOf('blocking', 'non-blocking'),
  connection_timeout: atLeast(0),
};
const VOLUME_RULES = { path: matching(/^\//, 'an absolute path'), threshold: between(0, 100) };

/** `coder_agent`: its token is new at every refresh unless the build hands the running one back. */
export function agentBehaviour(environment: Environment): ResourceBehaviour {
  const token = () => environment[RUNNING_AGENT_TOKEN_VARIABLE] ?? randomUUID();
  const issued = (state: CtyObject) => ({
    token: token(),
    init_script: initScript(state, environment),
  });
  return {
    planning: { replaceOn: 'any' },
    validate: validateAgent,
    check: ({ planned }) => checkDuplicates(planned),
    create: issued,
    refresh: issued,
  };
}

function validateAgent(config: CtyObject): readonly Diagnostic[] {
  const monitors = blocksOf(config, 'resources_monitoring').flatMap((monitor) => [
    ...blocksOf(monitor, 'memory').flatMap((memory) =>
      checkAttributes(memory, { threshold: between(0, 100) }, 'resources_monitoring.memory.'),
    ),
    ...blocksOf(monitor, 'volume').flatMap((volume) =>
      checkAttributes(volume, VOLUME_RULES, 'resources_monitoring.volume.'),
    ),
  ]);
  return [...checkAttributes(config, AGENT_RULES), ...monitors];
}

function checkDuplicates(planned: CtyObject): void {
  const [key] = duplicates(planned['metadata'], 'key');
  if (key !== undefined) throw refuse(`duplicate agent metadata key "${key}"`, 'metadata');
  for (const monitor of blocksOf(planned, 'resources_monitoring')) {
    const [path] = duplicates(monitor['volume'], 'path');
    if (path !== undefined) throw refuse(`duplicate volume path "${path}"`, 'resources_monitoring');
  }
}

/** The bootstrap script of the agent's platform, empty when the build brings none. */
function initScript(agent: CtyObject, environment: Environment): string {
  const variable = `CODER_AGENT_SCRIPT_${textOf(agent['os'])}_${textOf(agent['arch'])}`;
  const url = new URL(accessUrl(environment));
  return (environment[variable] ?? '')
    .replaceAll('${ACCESS_URL}', `${url.origin}/`)
    .replaceAll('${AUTH_TYPE}', textOf(agent['auth'] ?? 'token'));
}
