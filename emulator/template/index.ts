/**
 * What a template makes of a workspace, from Terraform's state (`from-state.ts`) or without Terraform
 * (`evaluate-template.ts`). The result is one shape, `model.ts`.
 */
export { evaluateTemplate, evaluateToState, type EvaluateOptions } from './evaluate-template';
export { templateFromState } from './from-state';
export { bodiesOf, loadTemplate, type SourceBlock, type TemplateSource } from './load-template';
export type { HclValue } from './expression';
export type {
  AgentApp,
  AgentScript,
  BuiltTemplate,
  TemplateAgent,
  TemplateParameter,
} from './model';
