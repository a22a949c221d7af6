import {
  AigovError,
  attributesOf,
  elementTypeOf,
  renderType,
  typeOfAttribute,
  type BlockSchema,
  type CtyObject,
  type CtyType,
  type CtyValue,
  type NestedBlockSchema,
} from '../../provider/plugin';
import type { HclValue } from './expression';
import { bodiesOf } from './load-template';
import { isList, isMap } from './values';

/** Evaluates one attribute's source; the path names it in errors. */
export type EvaluateValue = (source: HclValue, path: string) => HclValue;

/** Arguments of every resource and data block, which no schema has. */
const META_ARGUMENTS: ReadonlySet<string> = new Set([
  'count',
  'for_each',
  'depends_on',
  'lifecycle',
  'provider',
  'provisioner',
  'connection',
]);

/** The configuration a provider gets for one block: evaluated, converted to the schema's types, absent ones null. */
export function configureBlock(
  body: Readonly<Record<string, HclValue>>,
  schema: BlockSchema,
  evaluate: EvaluateValue,
  path = '',
): CtyObject {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  refuseStrangers(body, schema, path);
  const attributes = Object.entries(schema.attributes ?? {}).map(([name, attribute]) => {
    const given = body[name];
    const value = given === undefined ? null : evaluate(given, at(name));
    if (value === null && attribute.required === true) throw missing(at(name));
    return [name, convert(value, typeOfAttribute(attribute), at(name))] as const;
  });
  const blocks = Object.entries(schema.block_types ?? {}).map(
    ([name, nested]) => [name, configureNested(body[name], nested, evaluate, at(name))] as const,
  );
  return Object.fromEntries<CtyValue>([...attributes, ...blocks]);
}

function configureNested(
  value: HclValue | undefined,
  nested: NestedBlockSchema,
  evaluate: EvaluateValue,
  path: string,
): CtyValue {
  const bodies = bodiesOf(value);
  const { max_items: most, min_items: least = 0, nesting_mode: mode } = nested;
  if (bodies.length < least || (most !== undefined && bodies.length > most)) {
    throw new AigovError(
      'TEMPLATE_BLOCK_COUNT',
      `${path} occurs ${bodies.length} times; allowed are ${least} to ${most ?? 'any number'}`,
      { remedy: 'Add or remove blocks.', at: path },
    );
  }
  const isMany = mode === 'list' || mode === 'set';
  const items = bodies.map((body, index) =>
    configureBlock(body, nested.block, evaluate, isMany ? `${path}[${index}]` : path),
  );
  return isMany ? items : (items[0] ?? null);
}

function refuseStrangers(
  body: Readonly<Record<string, HclValue>>,
  schema: BlockSchema,
  path: string,
): void {
  const known = { ...schema.attributes, ...schema.block_types };
  const stranger = Object.keys(body).find(
    (name) => !Object.hasOwn(known, name) && !(path === '' && META_ARGUMENTS.has(name)),
  );
  if (stranger === undefined) return;
  if (stranger === 'dynamic')
    throw new AigovError('TEMPLATE_UNSUPPORTED', `${path}: dynamic blocks are not evaluated here`, {
      remedy: 'Write the blocks out, or apply the template with Terraform.',
    });
  throw new AigovError('TEMPLATE_ARGUMENT_UNKNOWN', `"${stranger}" is not an argument here`, {
    remedy: `Use one of ${Object.keys(known).sort().join(', ')}.`,
    at: stranger,
  });
}

function missing(at: string): AigovError {
  return new AigovError('TEMPLATE_ARGUMENT_MISSING', `the required argument ${at} is missing`, {
    remedy: `Set ${at}.`,
    at,
  });
}

/** Converts as Terraform does: between text, numbers and bools where the text allows it. */
function convert(value: HclValue, type: CtyType, at: string): CtyValue {
  if (value === null) return null;
  if (type === 'dynamic') return value;
  if (type === 'string' && typeof value !== 'object') return String(value);
  if (type === 'number' && isNumeric(value)) return Number(value);
  if (type === 'bool' && (value === true || value === 'true')) return true;
  if (type === 'bool' && (value === false || value === 'false')) return false;
  const attributes = attributesOf(type);
  if (attributes !== undefined && isMap(value)) {
    return Object.fromEntries(
      Object.entries(attributes).map(([name, member]) => [
        name,
        convert(value[name] ?? null, member, `${at}.${name}`),
      ]),
    );
  }
  const element = elementTypeOf(type);
  if (element === undefined || typeof type === 'string') throw misfit(value, type, at);
  if (type[0] !== 'map' && isList(value))
    return value.map((item, index) => convert(item, element, `${at}[${index}]`));
  if (type[0] === 'map' && isMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, convert(item, element, `${at}["${key}"]`)]),
    );
  }
  throw misfit(value, type, at);
}

function isNumeric(value: HclValue): boolean {
  if (typeof value === 'string') return value.trim() !== '' && !Number.isNaN(Number(value));
  return typeof value === 'number';
}

function misfit(value: HclValue, type: CtyType, at: string): AigovError {
  const found = isList(value) ? 'a list' : isMap(value) ? 'an object' : JSON.stringify(value);
  return new AigovError('TEMPLATE_ARGUMENT_TYPE', `${at} needs ${renderType(type)}, got ${found}`, {
    remedy: `Give ${at} a value of type ${renderType(type)}.`,
    at,
  });
}
