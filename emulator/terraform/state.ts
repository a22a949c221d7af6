/** `terraform show -json` of a state. Source: Terraform docs, JSON output format 1.0. */
export interface StateDocument {
  readonly format_version: string;
  readonly values?: {
    readonly root_module?: StateModule;
    readonly outputs?: Readonly<Record<string, unknown>>;
  };
}

export interface StateModule {
  readonly address?: string;
  readonly resources?: readonly StateResource[];
  readonly child_modules?: readonly StateModule[];
}

export interface StateResource {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  readonly index?: number | string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Every resource and data source of a state, modules included, in Terraform's order. */
export function resourcesOf(state: StateDocument): readonly StateResource[] {
  const root = state.values?.root_module;
  return root === undefined ? [] : resourcesOfModule(root);
}

function resourcesOfModule(module: StateModule): readonly StateResource[] {
  return [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(resourcesOfModule)];
}
