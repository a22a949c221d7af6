import type { ProviderDefinition } from './definition';
import { functionToWire, schemaToWire } from './schema-wire';
import type { ProviderSchemas, Schema } from './schema';

function mapValues<T, U>(
  all: Readonly<Record<string, T>> | undefined,
  map: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(all ?? {}).map(([name, value]) => [name, map(value)]));
}

function wireSchemas(all: Readonly<Record<string, { schema: Schema }>> | undefined): object {
  return mapValues(all, ({ schema }) => schemaToWire(schema));
}

const capabilities = {
  plan_destroy: false,
  get_provider_schema_optional: true,
  move_resource_state: false,
};

/** GetProviderSchema's answer. */
export function describeProvider<Client>(definition: ProviderDefinition<Client>): object {
  return {
    provider: schemaToWire(definition.schema),
    resource_schemas: wireSchemas(definition.resources),
    data_source_schemas: wireSchemas(definition.dataSources),
    ephemeral_resource_schemas: wireSchemas(definition.ephemeral),
    functions: mapValues(definition.functions, functionToWire),
    server_capabilities: capabilities,
    diagnostics: [],
  };
}

/** GetMetadata's answer. */
export function nameProviderParts<Client>(definition: ProviderDefinition<Client>): object {
  const named = (all: object | undefined) =>
    Object.keys(all ?? {}).map((type_name) => ({ type_name }));
  return {
    server_capabilities: capabilities,
    resources: named(definition.resources),
    data_sources: named(definition.dataSources),
    ephemeral_resources: named(definition.ephemeral),
    functions: Object.keys(definition.functions ?? {}).map((name) => ({ name })),
    diagnostics: [],
  };
}

/**
 * The provider's schemas as `terraform providers schema -json` prints them, for the binding generator: no Terraform
 * is needed to make bindings.
 */
export function schemasOf<Client>(definition: ProviderDefinition<Client>): ProviderSchemas {
  return {
    provider: definition.schema,
    resource_schemas: mapValues(definition.resources, ({ schema }) => schema),
    data_source_schemas: mapValues(definition.dataSources, ({ schema }) => schema),
    ephemeral_resource_schemas: mapValues(definition.ephemeral, ({ schema }) => schema),
  };
}
