/** Drives a real terraform or tofu over a template folder, with stand-in providers. Start at `run-terraform.ts`. */
export { findTerraform } from './find-program';
export {
  openTerraform,
  type PlanResult,
  type Terraform,
  type TerraformOptions,
} from './run-terraform';
export { resourcesOf, type StateDocument, type StateModule, type StateResource } from './state';
