import { ExpressionFault, type HclValue } from './expression';

export function isMap(value: HclValue | undefined): value is { readonly [key: string]: HclValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: HclValue | undefined): value is readonly HclValue[] {
  return Array.isArray(value);
}

/** A scalar as Terraform writes it into a string. */
export function toText(value: HclValue | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const found =
    value === null || value === undefined ? 'null' : isList(value) ? 'a list' : 'an object';
  throw new ExpressionFault(`a string is needed, this is ${found}`, 0);
}

/** JSON as Terraform's jsonencode writes it: keys sorted, `<`, `>` and `&` escaped. */
export function encodeJson(value: HclValue): string {
  return JSON.stringify(sorted(value)).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function sorted(value: HclValue): HclValue {
  if (isList(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
