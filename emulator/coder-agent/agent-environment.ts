import { userInfo } from 'node:os';
import { delimiter } from 'node:path';
import type { Environment } from '../../provider/plugin';
import { expandEnv } from './expand-env';

/** Names a real agent gives its children. Facts of the workspace, no secrets but the agent's token. */
export interface AgentIdentity {
  /** @default https://coder.example.com */
  readonly accessUrl?: string;
  readonly workspaceName: string;
  readonly ownerName: string;
  readonly agentName: string;
  /** A secret. */
  readonly agentToken: string;
}

export interface AgentFolders {
  readonly home: string;
  /** On PATH of scripts, apps and terminals. */
  readonly scriptBin: string;
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The environment of the agent process itself: what the container started it with. Little of this machine's leaks in,
 * as little of a host's gets into a container.
 */
function processEnvironment(
  identity: AgentIdentity,
  folders: AgentFolders,
  environment: Environment,
): Record<string, string | undefined> {
  const { username } = userInfo();
  return {
    PATH: DEFAULT_PATH,
    LANG: 'C.UTF-8',
    USER: username,
    LOGNAME: username,
    SHELL: '/bin/bash',
    CODER_AGENT_URL: `${identity.accessUrl ?? 'https://coder.example.com'}/`,
    CODER_AGENT_TOKEN: identity.agentToken,
    ...environment,
    HOME: folders.home,
  };
}

/**
 * What every script, app and terminal of the workspace sees. The template's variables win over the agent's own;
 * `$NAME` in them is expanded against the agent process. Source: coder/coder agent.go updateCommandEnv.
 */
export function commandEnvironment(
  identity: AgentIdentity,
  folders: AgentFolders,
  templateEnv: Readonly<Record<string, string>>,
  environment: Environment,
): Record<string, string | undefined> {
  const own = processEnvironment(identity, folders, environment);
  const expanded = Object.entries(templateEnv).map(
    ([name, value]) => [name, expandEnv(value, (each) => own[each])] as const,
  );
  const merged: Record<string, string | undefined> = {
    CODER: 'true',
    CODER_WORKSPACE_NAME: identity.workspaceName,
    CODER_WORKSPACE_OWNER_NAME: identity.ownerName,
    CODER_WORKSPACE_AGENT_NAME: identity.agentName,
    ...own,
    ...Object.fromEntries(expanded),
  };
  return { ...merged, PATH: `${folders.scriptBin}${delimiter}${merged['PATH'] ?? DEFAULT_PATH}` };
}
