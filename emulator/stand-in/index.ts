/**
 * Stand-ins for other people's Terraform providers: the real schema, the real refusals, no side effects. Start
 * reading at `stand-in.ts`; what coder/coder does is in `coder/`.
 */
export { createProviderMirror, type MirrorOptions, type ProviderMirror } from './mirror';
export { runStandIn, standInFor, type RunStandInOptions } from './run-stand-in';
export {
  knownProviders,
  schemasFrom,
  type KnownProvider,
  type ProviderSource,
  type SchemaDocument,
} from './schema-document';
export {
  createStandIn,
  type Behaviours,
  type StandInDataSource,
  type StandInProvider,
  type StandInResource,
} from './stand-in';
export { isFiveFieldCron } from './coder/cron';
export {
  buildEnvironment,
  coderBehaviours,
  parameterVariable,
  RUNNING_AGENT_TOKEN_VARIABLE,
  type WorkspaceFacts,
} from './coder';
