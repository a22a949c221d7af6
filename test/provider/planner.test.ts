import { fc, test as property } from '@fast-check/jest';
import {
  isUnknown,
  nestedOf,
  planChange,
  typeOfAttribute,
  typeOfBlock,
  UNKNOWN,
  valuesEqual,
  type AttributeSchema,
  type BlockSchema,
  type CtyObject,
  type CtyValue,
} from '../../provider/plugin';
import { planFaults, proposedNew } from './terraform-rules';

const flags: fc.Arbitrary<Partial<AttributeSchema>> = fc.constantFrom(
  { required: true },
  { optional: true },
  { computed: true },
  { optional: true, computed: true },
  { optional: true, write_only: true },
);
const plain: fc.Arbitrary<AttributeSchema> = fc
  .tuple(
    fc.constantFrom<AttributeSchema['type'] & {}>(
      'string',
      'number',
      'bool',
      ['list', 'string'],
      ['set', 'string'],
      ['map', 'number'],
    ),
    flags,
  )
  .map(([type, each]) => ({ type, ...each }));
const inner = fc.dictionary(fc.constantFrom('a', 'b', 'c'), plain, { minKeys: 1 });
const mode = fc.constantFrom('single' as const, 'list' as const, 'set' as const, 'map' as const);
const nestedAttribute: fc.Arbitrary<AttributeSchema> = fc
  .tuple(inner, mode)
  .map(([attributes, nesting_mode]) => ({
    optional: true,
    nested_type: { attributes, nesting_mode },
  }));
const blockSchema: fc.Arbitrary<BlockSchema> = fc.record({
  attributes: fc
    .dictionary(fc.constantFrom('p', 'q', 'r', 's'), fc.oneof(plain, nestedAttribute))
    .map((attributes) => ({ id: { type: 'string' as const, computed: true }, ...attributes })),
  block_types: fc.dictionary(
    fc.constantFrom('x', 'y'),
    fc.tuple(inner, mode).map(([attributes, nesting_mode]) => ({
      nesting_mode,
      block: { attributes },
    })),
  ),
});

/** A configuration of a block: computed-only attributes are never set, required ones always. */
function configOf(block: BlockSchema): fc.Arbitrary<CtyObject> {
  const members = [
    ...Object.entries(block.attributes ?? {}).map(([name, attribute]) => {
      const isSettable = attribute.required === true || attribute.optional === true;
      const value = isSettable ? attributeValue(block, name, attribute) : fc.constant(null);
      return [name, value] as const;
    }),
    ...Object.keys(block.block_types ?? {}).map(
      (name) => [name, nestedValue(block, name, false)] as const,
    ),
  ];
  return fc.record(Object.fromEntries(members)) as fc.Arbitrary<CtyObject>;
}

function attributeValue(
  block: BlockSchema,
  name: string,
  attribute: AttributeSchema,
): fc.Arbitrary<CtyValue> {
  const value = nestedOf(block, name) ? nestedValue(block, name, true) : leaf(attribute);
  const unknown = fc.constant<CtyValue>(UNKNOWN);
  if (attribute.required === true) return fc.oneof({ weight: 5, arbitrary: value }, unknown);
  return fc.oneof({ weight: 5, arbitrary: value }, fc.constant<CtyValue>(null), unknown);
}

function leaf({ type }: AttributeSchema): fc.Arbitrary<CtyValue> {
  const text = fc.constantFrom('', 'one', 'two');
  if (type === 'string') return text;
  if (type === 'number') return fc.integer({ min: 0, max: 3 });
  if (type === 'bool') return fc.boolean();
  const isMap = Array.isArray(type) && type[0] === 'map';
  return isMap ? fc.dictionary(text, fc.nat(3)) : fc.uniqueArray(text);
}

function nestedValue(block: BlockSchema, name: string, mayBeNull: boolean): fc.Arbitrary<CtyValue> {
  const nested = nestedOf(block, name);
  const item = configOf(nested?.block ?? {});
  if (nested?.mode === 'map') return fc.dictionary(fc.constantFrom('k', 'l'), item);
  if (nested?.mode === 'single') return mayBeNull ? item : fc.option(item);
  return fc.array(item, { maxLength: 3 });
}

/** What a provider makes of a plan: all unknown parts settled. */
function applied(value: CtyValue): CtyValue {
  if (isUnknown(value)) return null;
  if (Array.isArray(value)) return (value as readonly CtyValue[]).map(applied);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, applied(item as CtyValue)]),
  );
}

const scenario = blockSchema.chain((block) =>
  fc.record({ block: fc.constant(block), before: configOf(block), config: configOf(block) }),
);

function create(block: BlockSchema, config: CtyObject): CtyObject {
  return planChange({ block, config, prior: null, proposed: proposedNew(block, null, config) })
    .planned;
}

property.prop([scenario])(
  'a plan to create passes every check of Terraform',
  ({ block, config }) => {
    expect(planFaults(block, null, config, create(block, config))).toEqual([]);
  },
);

property.prop([scenario])(
  'a plan to create leaves what is computed unknown',
  ({ block, config }) => {
    const planned = create(block, config);
    for (const [name, attribute] of Object.entries(block.attributes ?? {}))
      if (attribute.computed === true && config[name] === null) expect(planned[name]).toBe(UNKNOWN);
  },
);

property.prop([scenario])(
  'a plan to update passes every check of Terraform',
  ({ before, block, config }) => {
    const prior = applied(create(block, before)) as CtyObject;
    const proposed = proposedNew(block, prior, config);
    const { planned, replacedBy } = planChange({
      block,
      config,
      prior,
      proposed,
      rules: { replaceOn: 'any' },
    });
    expect(planFaults(block, prior, config, planned)).toEqual([]);
    const writable = Object.entries(block.attributes ?? {}).filter(([, each]) => !each.write_only);
    for (const [name, attribute] of writable) {
      const type = typeOfAttribute(attribute);
      const isChanged =
        config[name] !== null && !valuesEqual(prior[name] ?? null, planned[name] ?? null, type);
      if (isChanged) expect(replacedBy).toContain(name);
    }
  },
);

property.prop([scenario])(
  'nothing changes when the same known configuration is planned again',
  ({ block, config }) => {
    const known = applied(config) as CtyObject;
    const prior = applied(create(block, known)) as CtyObject;
    const { planned, replacedBy } = planChange({
      block,
      config: known,
      prior,
      proposed: proposedNew(block, prior, known),
      rules: { replaceOn: 'any' },
    });
    expect(valuesEqual(planned, prior, typeOfBlock(block))).toBe(true);
    expect(replacedBy).toEqual([]);
  },
);

test('a stable attribute survives an update, a computed one is unknown, a default is set', () => {
  const block: BlockSchema = {
    attributes: {
      id: { type: 'string', computed: true },
      name: { type: 'string', required: true },
      revision: { type: 'number', computed: true },
      level: { type: 'string', optional: true, computed: true },
    },
  };
  const config = { id: null, name: 'b', revision: null, level: null };
  const prior = { id: '1', name: 'a', revision: 4, level: 'low' };
  const rules = { defaults: { level: 'low' }, replaceOn: ['name'] };
  const proposed = proposedNew(block, prior, config);
  expect(planChange({ block, config, prior, proposed, rules })).toEqual({
    planned: { id: '1', name: 'b', revision: UNKNOWN, level: 'low' },
    replacedBy: ['name'],
  });
});
