import type { CtyType } from './cty-type';
import {
  isCtyList,
  isCtyObject,
  UNKNOWN,
  valuesEqual,
  type CtyObject,
  type CtyValue,
} from './cty-value';
import { nestedOf, typeOfAttribute, typeOfBlock, type BlockSchema } from './schema';

/** What a resource adds to the generic planner. Names are top-level attributes or blocks. */
export interface PlanRules {
  /** A change of one of these replaces the object; `any` for resources that cannot be updated. */
  readonly replaceOn?: 'any' | readonly string[];
  /** Computed attributes an update leaves as they are. @default ['id'] */
  readonly stable?: readonly string[];
  /** Values of optional computed attributes the configuration leaves out. */
  readonly defaults?: CtyObject;
}

export interface ChangeRequest {
  readonly block: BlockSchema;
  readonly config: CtyObject;
  /** Null when the object is to be created. */
  readonly prior: CtyObject | null;
  /** Terraform's merge of configuration and prior state. */
  readonly proposed: CtyObject;
  readonly rules?: PlanRules;
}

export interface PlannedChange {
  readonly planned: CtyObject;
  /** Top-level names whose change needs a new object. */
  readonly replacedBy: readonly string[];
}

/**
 * Plans one create or update under the strict type system: what the configuration says is kept as it is, what is
 * computed and not configured is unknown when the object is new or changes, and prior state when nothing changes.
 */
export function planChange(request: ChangeRequest): PlannedChange {
  const { block, prior, rules = {} } = request;
  const type = typeOfBlock(block);
  const proposed = withDefaults(dropWriteOnly(request.proposed, block), request.config, rules);
  if (prior !== null && valuesEqual(prior, proposed, type))
    return { planned: prior, replacedBy: [] };
  const stable = prior === null ? [] : (rules.stable ?? ['id']);
  const defaults = Object.keys(rules.defaults ?? {});
  const settled = new Set([...stable, ...defaults]);
  const planned = markComputed(block, request.config, proposed, settled);
  return { planned, replacedBy: prior === null ? [] : replacedBy(request, prior, planned) };
}

function withDefaults(proposed: CtyObject, config: CtyObject, rules: PlanRules): CtyObject {
  const missing = Object.entries(rules.defaults ?? {}).filter(([name]) => isNull(config[name]));
  return { ...proposed, ...Object.fromEntries(missing) };
}

function isNull(value: CtyValue | undefined): value is null | undefined {
  return value === null || value === undefined;
}

function dropWriteOnly(value: CtyObject, block: BlockSchema): CtyObject {
  return mapMembers(value, block, (member, name) => {
    if (block.attributes?.[name]?.write_only === true) return null;
    return mapNested(member, block, name, (item, nested) => dropWriteOnly(item, nested));
  });
}

function mapMembers(
  value: CtyObject,
  block: BlockSchema,
  map: (member: CtyValue, name: string) => CtyValue,
): CtyObject {
  const names = [...Object.keys(block.attributes ?? {}), ...Object.keys(block.block_types ?? {})];
  return Object.fromEntries(names.map((name) => [name, map(value[name] ?? null, name)]));
}

/** Maps each object inside a nested attribute or block, whatever its nesting; `key` finds its counterpart in config. */
function mapNested(
  value: CtyValue,
  block: BlockSchema,
  name: string,
  map: (item: CtyObject, nested: BlockSchema, key: string | number | undefined) => CtyValue,
): CtyValue {
  const nested = nestedOf(block, name);
  if (nested === undefined) return value;
  if (isCtyList(value)) {
    return value.map((item, i) =>
      isCtyObject(item) ? map(item, nested.block, nested.mode === 'list' ? i : undefined) : item,
    );
  }
  if (!isCtyObject(value)) return value;
  if (nested.mode !== 'map') return map(value, nested.block, undefined);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isCtyObject(item) ? map(item, nested.block, key) : item,
    ]),
  );
}

/** Makes unknown what is computed and not configured. In sets, where elements have no counterpart, null means so. */
function markComputed(
  block: BlockSchema,
  config: CtyObject | undefined,
  proposed: CtyObject,
  settled: ReadonlySet<string>,
): CtyObject {
  return mapMembers(proposed, block, (member, name) => {
    const attribute = block.attributes?.[name];
    const configured = config === undefined ? member : config[name];
    if (attribute?.computed === true && isNull(configured)) {
      return settled.has(name) ? member : UNKNOWN;
    }
    return mapNested(member, block, name, (item, nested, key) =>
      markComputed(nested, counterpart(configured, key), item, new Set()),
    );
  });
}

function counterpart(
  config: CtyValue | undefined,
  key: string | number | undefined,
): CtyObject | undefined {
  const found =
    isCtyList(config) && typeof key === 'number'
      ? config[key]
      : isCtyObject(config) && typeof key === 'string'
        ? config[key]
        : isCtyObject(config) && key === undefined
          ? config
          : undefined;
  return isCtyObject(found) ? found : undefined;
}

function replacedBy(request: ChangeRequest, prior: CtyObject, planned: CtyObject): string[] {
  const { block, config, rules = {} } = request;
  const { replaceOn } = rules;
  if (replaceOn === undefined) return [];
  return Object.keys(planned).filter((name) => {
    const isDerived = block.attributes?.[name]?.computed === true && isNull(config[name]);
    if (isDerived || (replaceOn !== 'any' && !replaceOn.includes(name))) return false;
    return !valuesEqual(prior[name] ?? null, planned[name] ?? null, typeOf(block, name));
  });
}

function typeOf(block: BlockSchema, name: string): CtyType {
  const attribute = block.attributes?.[name];
  if (attribute !== undefined) return typeOfAttribute(attribute);
  const nested = block.block_types?.[name];
  if (nested === undefined) return 'dynamic';
  const only = typeOfBlock({ block_types: { [name]: nested } });
  return typeof only !== 'string' && only[0] === 'object'
    ? (only[1][name] ?? 'dynamic')
    : 'dynamic';
}
