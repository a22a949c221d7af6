/**
 * A Terraform type in the JSON notation Terraform itself uses, e.g. `['list', 'string']`; objects as
 * `['object', { name: 'string' }]`. Source: Terraform docs, plugin-protocol/object-wire-format.md.
 */
export type CtyType =
  | 'string'
  | 'number'
  | 'bool'
  | 'dynamic'
  | readonly ['list' | 'set' | 'map', CtyType]
  | readonly ['tuple', readonly CtyType[]]
  | readonly ['object', Readonly<Record<string, CtyType>>, (readonly string[])?];

/** An object or tuple's members as name and type; undefined for every other type. */
export function attributesOf(type: CtyType): Readonly<Record<string, CtyType>> | undefined {
  return typeof type !== 'string' && type[0] === 'object' ? type[1] : undefined;
}

/** Type of the elements of a list, set or map; undefined for every other type. */
export function elementTypeOf(type: CtyType): CtyType | undefined {
  if (typeof type === 'string' || type[0] === 'object' || type[0] === 'tuple') return undefined;
  return type[1];
}

/** How a person reads a type: `list(string)`. */
export function renderType(type: CtyType): string {
  if (typeof type === 'string') return type === 'dynamic' ? 'any' : type;
  if (type[0] === 'tuple') return `tuple([${type[1].map(renderType).join(', ')}])`;
  if (type[0] !== 'object') return `${type[0]}(${renderType(type[1])})`;
  const members = Object.entries(type[1]).map(([name, member]) => `${name}=${renderType(member)}`);
  return `object({${members.join(', ')}})`;
}
