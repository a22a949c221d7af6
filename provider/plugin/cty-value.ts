import { attributesOf, elementTypeOf, type CtyType } from './cty-type';

/** A value Terraform will only know after apply. */
export const UNKNOWN: unique symbol = Symbol.for('aigov/unknown');

/** A value of an attribute whose type is `any`: it carries its own type. */
export class Dynamic {
  constructor(
    readonly type: CtyType,
    readonly value: CtyValue,
  ) {}
}

/**
 * A Terraform value. Numbers that JavaScript cannot hold exactly are `bigint`, or a decimal string where the type
 * says number. Lists, sets and tuples are arrays; maps and objects are plain objects.
 */
export type CtyValue =
  | null
  | boolean
  | string
  | number
  | bigint
  | typeof UNKNOWN
  | Dynamic
  | readonly CtyValue[]
  | CtyObject;

export interface CtyObject {
  readonly [name: string]: CtyValue;
}

export function isUnknown(value: CtyValue | undefined): value is typeof UNKNOWN {
  return value === UNKNOWN;
}

export function isCtyObject(value: CtyValue | undefined): value is CtyObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Dynamic)
  );
}

/** `Array.isArray` for readonly arrays. */
export function isCtyList(value: CtyValue | undefined): value is readonly CtyValue[] {
  return Array.isArray(value);
}

/** A string, number or bool as text; "" for everything else. */
export function textOf(value: CtyValue | undefined): string {
  if (typeof value === 'string') return value;
  const isScalar =
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  return isScalar ? String(value) : '';
}

/** Whether any part of the value is unknown. */
export function containsUnknown(value: CtyValue): boolean {
  if (isUnknown(value)) return true;
  if (value instanceof Dynamic) return containsUnknown(value.value);
  if (isCtyList(value)) return value.some(containsUnknown);
  return isCtyObject(value) && Object.values(value).some(containsUnknown);
}

/** Where the first unknown part is, as an attribute path; undefined when all is known. */
export function findUnknown(value: CtyValue, path = ''): string | undefined {
  if (isUnknown(value)) return path;
  if (value instanceof Dynamic) return findUnknown(value.value, path);
  const members = isCtyList(value)
    ? value.map((member, index) => [`${path}[${index}]`, member] as const)
    : isCtyObject(value)
      ? Object.entries(value).map(
          ([name, member]) => [path === '' ? name : `${path}.${name}`, member] as const,
        )
      : [];
  for (const [at, member] of members) {
    const found = findUnknown(member, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A text that is equal for equal values of one type: object keys and set elements are ordered. */
export function canonicalText(value: CtyValue, type: CtyType): string {
  if (value === null) return 'null';
  if (isUnknown(value)) return 'unknown';
  if (value instanceof Dynamic)
    return `${JSON.stringify(value.type)}:${canonicalText(value.value, value.type)}`;
  if (isCtyList(value)) return canonicalList(value, type);
  if (isCtyObject(value)) return canonicalObject(value, type);
  if (type === 'number') return `n${String(value)}`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function canonicalList(value: readonly CtyValue[], type: CtyType): string {
  const typeAt = (index: number): CtyType => {
    if (typeof type !== 'string' && type[0] === 'tuple') return type[1][index] ?? 'dynamic';
    return elementTypeOf(type) ?? 'dynamic';
  };
  const texts = value.map((member, index) => canonicalText(member, typeAt(index)));
  const isSet = typeof type !== 'string' && type[0] === 'set';
  return `[${(isSet ? texts.sort() : texts).join(',')}]`;
}

function canonicalObject(value: CtyObject, type: CtyType): string {
  const attributes = attributesOf(type);
  const names = Object.keys(attributes ?? value).sort();
  const members = names.map((name) => {
    const memberType = attributes?.[name] ?? elementTypeOf(type) ?? 'dynamic';
    return `${JSON.stringify(name)}:${canonicalText(value[name] ?? null, memberType)}`;
  });
  return `{${members.join(',')}}`;
}

/** Whether two values of one type are the same, whatever the order of keys and set elements. */
export function valuesEqual(left: CtyValue, right: CtyValue, type: CtyType): boolean {
  return canonicalText(left, type) === canonicalText(right, type);
}
