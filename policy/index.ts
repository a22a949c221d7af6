/**
 * policy/: what a policy document means. Pure: no I/O, no clock, imports no other room.
 * Start reading at `document.ts` (the shape), then `compile.ts` and `decide-*.ts`.
 */
export { AigovError, AigovErrors, type AigovErrorOptions } from './error';
export type * from './document';
export { LEVELS } from './document';
export type { WorkspaceConfig, WorkspaceMcpServer } from './workspace-config';
export type { AllowReason, Decision, DenyReason } from './decision';
export { validatePolicy } from './validate';
export { compilePolicy, type CompiledPolicy } from './compile';
export type { ContentFinder, ContentFinding } from './content';
export { composeLayers, retentionHours } from './compose';
export {
  budgetsFor,
  contentHandling,
  decideBudget,
  decideRate,
  rateLimitFor,
  retentionHoursOf,
  type BudgetRequest,
  type RateRequest,
} from './decide-limits';
export { otherNetworkKeys, otherSections, type Rendered } from './render/rendered';
export { renderBoundary } from './render/boundary';
export { renderNetworkPolicy } from './render/network-policy';
export { renderSquid } from './render/squid';
export {
  type Denied,
  type Suggestion,
  type Suggestions,
  type Unsuggested,
} from './suggest/suggestion';
export { suggestRules } from './suggest/suggest';
export { explainNetwork, type LayerVoice } from './explain';
export { policyWarnings, type PolicyWarning } from './warnings';
export { selectLayers, type SelectorFacts } from './selectors';
export {
  decideAddress,
  decideHost,
  decideNetwork,
  decideTcp,
  isTlsPassthrough,
  type HostRequest,
  type NetworkRequest,
} from './decide-network';
export { monitorDecision, monitorHost, monitorNetwork, monitorTcp } from './monitor';
export { decideFile, type FileOperation, type FileRequest } from './decide-file';
export { decideModel, type ModelRequest } from './decide-model';
export { decideMcpServer, decideTool, listedMcpServers, type ToolRequest } from './decide-tool';
export {
  BUILT_IN_RULES,
  compileCommands,
  decideCommand,
  decideShellText,
  examineCommand,
  watchedCommandNames,
  type CommandDenyRule,
  type CommandExample,
  type CommandRequest,
  type CommandRule,
  type CommandRuleMode,
  type CommandsDocument,
  type CompiledCommands,
  type ShellDecision,
  type ShellRequest,
  type Unresolved,
} from './commands';
