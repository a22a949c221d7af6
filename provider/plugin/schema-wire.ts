import type { FunctionDefinition, FunctionParameter } from './definition';
import type { AttributeSchema, BlockSchema, NestedBlockSchema, Schema } from './schema';

/** A schema as tfplugin6 has it. */
export function schemaToWire(schema: Schema): object {
  return { version: schema.version, block: blockToWire(schema.block) };
}

function blockToWire(block: BlockSchema): object {
  return {
    attributes: Object.entries(block.attributes ?? {}).map(attributeToWire),
    block_types: Object.entries(block.block_types ?? {}).map(nestedBlockToWire),
    ...described(block),
    deprecated: block.deprecated ?? false,
  };
}

function described(item: Pick<BlockSchema, 'description' | 'description_kind'>): object {
  const kind = item.description_kind === 'markdown' ? 'MARKDOWN' : 'PLAIN';
  return { description: item.description ?? '', description_kind: kind };
}

function attributeToWire([name, attribute]: [string, AttributeSchema]): object {
  const { nested_type: nested, type } = attribute;
  return {
    name,
    ...(nested === undefined
      ? { type: Buffer.from(JSON.stringify(type ?? 'dynamic')) }
      : {
          nested_type: {
            attributes: Object.entries(nested.attributes).map(attributeToWire),
            nesting: nested.nesting_mode.toUpperCase(),
          },
        }),
    ...described(attribute),
    required: attribute.required ?? false,
    optional: attribute.optional ?? false,
    computed: attribute.computed ?? false,
    sensitive: attribute.sensitive ?? false,
    deprecated: attribute.deprecated ?? false,
    write_only: attribute.write_only ?? false,
  };
}

function nestedBlockToWire([name, nested]: [string, NestedBlockSchema]): object {
  return {
    type_name: name,
    block: blockToWire(nested.block),
    nesting: nested.nesting_mode.toUpperCase(),
    min_items: nested.min_items ?? 0,
    max_items: nested.max_items ?? 0,
  };
}

/** A function's signature as tfplugin6 has it. */
export function functionToWire(definition: FunctionDefinition): object {
  const { description, parameters, returns, summary, variadicParameter } = definition;
  return {
    parameters: parameters.map(parameterToWire),
    ...(variadicParameter === undefined
      ? {}
      : { variadic_parameter: parameterToWire(variadicParameter) }),
    return: { type: Buffer.from(JSON.stringify(returns)) },
    summary,
    description: description ?? summary,
    description_kind: 'MARKDOWN',
  };
}

function parameterToWire(parameter: FunctionParameter): object {
  return {
    name: parameter.name,
    type: Buffer.from(JSON.stringify(parameter.type)),
    allow_null_value: parameter.allowsNull ?? false,
    description: parameter.description ?? '',
  };
}
