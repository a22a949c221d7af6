import type { CtyObject, Diagnostic, Environment } from '../../../provider/plugin';
import type { Behaviours } from '../stand-in';
import { agentBehaviour } from './agent';
import { agentPartBehaviours } from './agent-parts';
import { parameterBehaviour } from './parameter';
import { presetBehaviour } from './preset';
import { fault } from './rules';
import { workspaceDataSources } from './workspace-data';

export {
  buildEnvironment,
  parameterVariable,
  RUNNING_AGENT_TOKEN_VARIABLE,
  type WorkspaceFacts,
} from './build-environment';

/**
 * What coder/coder 2.17.0 does, as far as templates can tell: measured with the real provider, see
 * docs/emulator.md for what is left out.
 */
export function coderBehaviours(environment: Environment): Behaviours {
  return {
    validate: validateProvider,
    resources: {
      coder_agent: agentBehaviour(environment),
      ...agentPartBehaviours(environment),
    },
    dataSources: {
      ...workspaceDataSources(environment),
      coder_parameter: parameterBehaviour(environment),
      coder_workspace_preset: presetBehaviour,
    },
  };
}

function validateProvider(config: CtyObject): readonly Diagnostic[] {
  return config['url'] === '' ? [fault('must not be empty', 'url')] : [];
}
