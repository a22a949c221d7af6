import type { Environment } from '../../provider/plugin';
import { buildEnvironment, knownProviders, standInFor, type WorkspaceFacts } from '../stand-in';
import type { StateDocument } from '../terraform';
import { Evaluation } from './evaluation';
import { templateFromState } from './from-state';
import { loadTemplate } from './load-template';
import type { BuiltTemplate } from './model';

export interface EvaluateOptions {
  /** Values of Terraform variables. @default - their defaults */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Builds a template without Terraform: HCL is parsed and the common part of its expression language evaluated, and
 * the stand-in providers validate and create every resource. What cannot be evaluated is refused with file and
 * expression, never guessed.
 */
export async function evaluateTemplate(
  dir: string,
  facts: WorkspaceFacts,
  options: EvaluateOptions = {},
): Promise<BuiltTemplate> {
  return templateFromState(await evaluateToState(dir, buildEnvironment(facts), options));
}

/** The same, as the document `terraform show -json` would print. */
export async function evaluateToState(
  dir: string,
  environment: Environment,
  options: EvaluateOptions = {},
): Promise<StateDocument> {
  const source = await loadTemplate(dir);
  const providers = knownProviders().map((known) => standInFor(known.source, environment));
  const resources = new Evaluation(source, providers, options.variables ?? {}).run();
  const sorted = [...resources].sort((a, b) => (a.address < b.address ? -1 : 1));
  return { format_version: '1.0', values: { root_module: { resources: sorted } } };
}
