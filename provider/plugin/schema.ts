import type { CtyType } from './cty-type';

/**
 * Schemas in the notation of `terraform providers schema -json`, so that one document serves the protocol, the
 * binding generator and the stand-ins. Source: Terraform docs, "terraform providers schema", format version 1.0.
 */
export interface Schema {
  /** State version: raise it when old state needs `upgrade`. */
  readonly version: number;
  readonly block: BlockSchema;
}

export interface BlockSchema {
  readonly attributes?: Readonly<Record<string, AttributeSchema>>;
  readonly block_types?: Readonly<Record<string, NestedBlockSchema>>;
  readonly description?: string;
  readonly description_kind?: 'plain' | 'markdown';
  readonly deprecated?: boolean;
}

/** Exactly one of `type` and `nested_type` is given. */
export interface AttributeSchema {
  readonly type?: CtyType;
  readonly nested_type?: NestedAttributeSchema;
  readonly description?: string;
  readonly description_kind?: 'plain' | 'markdown';
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  readonly deprecated?: boolean;
  /** In the configuration only: null in every plan and state. */
  readonly write_only?: boolean;
}

export interface NestedAttributeSchema {
  readonly attributes: Readonly<Record<string, AttributeSchema>>;
  readonly nesting_mode: 'single' | 'list' | 'set' | 'map';
}

export interface NestedBlockSchema {
  readonly nesting_mode: 'single' | 'group' | 'list' | 'set' | 'map';
  readonly block: BlockSchema;
  readonly min_items?: number;
  readonly max_items?: number;
}

/** All schemas of one provider, as one entry of `provider_schemas` in the printed document. */
export interface ProviderSchemas {
  readonly provider: Schema;
  readonly resource_schemas?: Readonly<Record<string, Schema>>;
  readonly data_source_schemas?: Readonly<Record<string, Schema>>;
  readonly ephemeral_resource_schemas?: Readonly<Record<string, Schema>>;
}

/** The object type of a block's values. */
export function typeOfBlock(block: BlockSchema): CtyType {
  const attributes = Object.entries(block.attributes ?? {}).map(
    ([name, attribute]) => [name, typeOfAttribute(attribute)] as const,
  );
  const blocks = Object.entries(block.block_types ?? {}).map(
    ([name, nested]) => [name, wrap(nested.nesting_mode, typeOfBlock(nested.block))] as const,
  );
  return ['object', Object.fromEntries([...attributes, ...blocks])];
}

export function typeOfAttribute(attribute: AttributeSchema): CtyType {
  const nested = attribute.nested_type;
  if (nested === undefined) return attribute.type ?? 'dynamic';
  return wrap(nested.nesting_mode, typeOfBlock({ attributes: nested.attributes }));
}

function wrap(mode: NestedBlockSchema['nesting_mode'], type: CtyType): CtyType {
  return mode === 'single' || mode === 'group' ? type : [mode, type];
}

/** The one nested object schema a name of this block holds, whether attribute or block; undefined for plain values. */
export function nestedOf(
  block: BlockSchema,
  name: string,
): { mode: NestedBlockSchema['nesting_mode']; block: BlockSchema } | undefined {
  const nestedBlock = block.block_types?.[name];
  if (nestedBlock !== undefined)
    return { mode: nestedBlock.nesting_mode, block: nestedBlock.block };
  const attribute = block.attributes?.[name]?.nested_type;
  if (attribute === undefined) return undefined;
  return { mode: attribute.nesting_mode, block: { attributes: attribute.attributes } };
}
