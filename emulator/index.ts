/**
 * emulator/: plays the outside world for demo, doctor, emulate and tests. May import provider/plugin only.
 */
export {
  startModelUpstream,
  type ModelUpstream,
  type ModelUpstreamOptions,
  type ReceivedRequest,
  type ScriptedBehaviour,
  type ScriptedBlock,
  type ScriptedTurn,
  type ScriptedUsage,
} from './model-upstream';
export {
  buildEnvironment,
  coderBehaviours,
  createProviderMirror,
  createStandIn,
  knownProviders,
  parameterVariable,
  runStandIn,
  RUNNING_AGENT_TOKEN_VARIABLE,
  schemasFrom,
  standInFor,
  type Behaviours,
  type KnownProvider,
  type MirrorOptions,
  type ProviderMirror,
  type ProviderSource,
  type RunStandInOptions,
  type SchemaDocument,
  type WorkspaceFacts,
} from './stand-in';
export {
  findTerraform,
  openTerraform,
  resourcesOf,
  type PlanResult,
  type StateDocument,
  type StateModule,
  type StateResource,
  type Terraform,
  type TerraformOptions,
} from './terraform';
export {
  evaluateTemplate,
  evaluateToState,
  templateFromState,
  type AgentApp,
  type AgentScript,
  type BuiltTemplate,
  type EvaluateOptions,
  type TemplateAgent,
  type TemplateParameter,
} from './template';
export {
  expandEnv,
  startCoderAgent,
  type AgentIdentity,
  type CoderAgent,
  type CoderAgentOptions,
  type ExecOptions,
  type ExecResult,
  type LeftBehind,
  type ScriptResult,
  type StopResult,
} from './coder-agent';
