import { createHash } from 'node:crypto';
import {
  attributesOf,
  elementTypeOf,
  isCtyList,
  isCtyObject,
  isUnknown,
  typeOfBlock,
  type BlockSchema,
  type CtyObject,
  type CtyType,
  type CtyValue,
} from '../../provider/plugin';

/** Gives every unknown part a value of its type: identifiers for strings, nothing for collections. */
export function fillUnknown(value: CtyObject, block: BlockSchema, seed: string): CtyObject {
  const type = typeOfBlock(block);
  const attributes = attributesOf(type) ?? {};
  return Object.fromEntries(
    Object.entries(attributes).map(([name, member]) => [
      name,
      fill(value[name] ?? null, member, `${seed}.${name}`),
    ]),
  );
}

function fill(value: CtyValue, type: CtyType, seed: string): CtyValue {
  if (isUnknown(value)) return valueFor(type, seed);
  if (isCtyList(value)) {
    return value.map((item, i) => fill(item, elementTypeOf(type) ?? 'dynamic', `${seed}[${i}]`));
  }
  if (!isCtyObject(value)) return value;
  const attributes = attributesOf(type);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      fill(item, attributes?.[name] ?? elementTypeOf(type) ?? 'dynamic', `${seed}.${name}`),
    ]),
  );
}

function valueFor(type: CtyType, seed: string): CtyValue {
  if (type === 'string') return createHash('sha256').update(seed).digest('hex').slice(0, 12);
  if (type === 'number') return 0;
  if (type === 'bool') return false;
  if (type === 'dynamic') return null;
  const attributes = attributesOf(type);
  if (attributes !== undefined) {
    return Object.fromEntries(
      Object.entries(attributes).map(([name, member]) => [
        name,
        valueFor(member, `${seed}.${name}`),
      ]),
    );
  }
  return type[0] === 'map' ? {} : [];
}
