import { createHash } from 'node:crypto';
import { ExpressionFault, type HclValue } from './expression';
import { encodeJson, isList, isMap, toText } from './values';

/** What functions may ask of the world. */
export interface FunctionHost {
  /** Reads a file of the template; the path is relative to its folder. */
  readFile(path: string): Buffer;
  /** Renders a template text with these variables. */
  renderTemplate(text: string, variables: Readonly<Record<string, HclValue>>): HclValue;
}

type HclFunction = (args: readonly HclValue[], host: FunctionHost) => HclValue;

const hash =
  (algorithm: string, encoding: 'hex' | 'base64') =>
  (data: string | Buffer): string =>
    createHash(algorithm).update(data).digest(encoding);
const ofText =
  (run: (text: string) => HclValue): HclFunction =>
  ([value]) =>
    run(toText(value));
const ofFile =
  (run: (data: Buffer) => HclValue): HclFunction =>
  ([path], host) =>
    run(host.readFile(toText(path)));
const numbers = (args: readonly HclValue[]) => args.map(Number);

function items(value: HclValue | undefined): readonly HclValue[] {
  if (isList(value)) return value;
  throw new ExpressionFault('a list is needed', 0);
}

function entries(value: HclValue | undefined): (readonly [string, HclValue])[] {
  if (isMap(value)) return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  throw new ExpressionFault('a map is needed', 0);
}

function same(a: HclValue, b: HclValue): boolean {
  return encodeJson(a) === encodeJson(b);
}

function distinct(list: readonly HclValue[]): readonly HclValue[] {
  return list.filter((item, index) => list.findIndex((other) => same(item, other)) === index);
}

function flatten(list: readonly HclValue[]): readonly HclValue[] {
  return list.flatMap((item) => (isList(item) ? flatten(item) : [item]));
}

function lengthOf(value: HclValue | undefined): number {
  if (typeof value === 'string') return Array.from(value).length;
  return isMap(value) ? Object.keys(value).length : items(value).length;
}

/** A pattern between slashes is a regular expression, everything else is text. */
function replace(text: string, search: string, replacement: string): string {
  const pattern = /^\/(.*)\/$/s.exec(search)?.[1];
  if (pattern === undefined) return text.replaceAll(search, () => replacement);
  return text.replace(new RegExp(pattern, 'g'), replacement.replace(/\$\{?(\w+)\}?/g, '$$$1'));
}

function trim(text: string, characters: string): string {
  const set = new Set(characters);
  const all = Array.from(text);
  const from = all.findIndex((character) => !set.has(character));
  const to = all.findLastIndex((character) => !set.has(character));
  return from === -1 ? '' : all.slice(from, to + 1).join('');
}

function format([pattern, ...args]: readonly HclValue[]): string {
  let next = 0;
  return toText(pattern).replace(/%(%|[sdvq])/g, (_, verb: string) => {
    if (verb === '%') return '%';
    const value = args[next++];
    return verb === 'q' ? JSON.stringify(toText(value)) : toText(value);
  });
}

function indent([spaces, value]: readonly HclValue[]): string {
  return toText(value).replaceAll('\n', `\n${' '.repeat(Number(spaces))}`);
}

function lookup([map, key, fallback]: readonly HclValue[]): HclValue {
  const found = isMap(map) ? map[toText(key)] : undefined;
  const value = found ?? fallback;
  if (value === undefined) throw new ExpressionFault(`there is no key "${toText(key)}"`, 0);
  return value;
}

function coalesce(args: readonly HclValue[]): HclValue {
  const found = args.find((value) => value !== null && value !== '');
  if (found === undefined) throw new ExpressionFault('coalesce() has only null and ""', 0);
  return found;
}

function toBool([value]: readonly HclValue[]): HclValue {
  if (value === null || typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new ExpressionFault('tobool() needs "true" or "false"', 0);
}

function toNumberOrNull([value]: readonly HclValue[]): HclValue {
  const number = value === null || value === '' ? Number.NaN : Number(value);
  if (Number.isNaN(number)) throw new ExpressionFault('tonumber() needs a number', 0);
  return number;
}

function toSet([value]: readonly HclValue[]): HclValue {
  return [...distinct(items(value))].sort((a, b) => (toText(a) < toText(b) ? -1 : 1));
}

/** Functions of Terraform 1.11 that templates use and that give the same answer here. */
const FUNCTIONS: Readonly<Record<string, HclFunction>> = {
  base64decode: ofText((text) => Buffer.from(text, 'base64').toString('utf8')),
  base64encode: ofText((text) => Buffer.from(text).toString('base64')),
  base64sha256: ofText(hash('sha256', 'base64')),
  basename: ofText((text) => text.replace(/^.*\//, '')),
  ceil: ([value]) => Math.ceil(Number(value)),
  chomp: ofText((text) => text.replace(/[\r\n]+$/, '')),
  coalesce,
  compact: ([list]) => items(list).filter((item) => item !== null && item !== ''),
  concat: (lists) => lists.flatMap(items),
  contains: ([list, value]) => items(list).some((item) => same(item, value ?? null)),
  dirname: ofText((text) => text.replace(/\/[^/]*$/, '') || '.'),
  distinct: ([list]) => distinct(items(list)),
  element: ([list, index]) => items(list)[Number(index) % items(list).length] ?? null,
  endswith: ([text, end]) => toText(text).endsWith(toText(end)),
  file: ofFile((data) => data.toString('utf8')),
  filebase64: ofFile((data) => data.toString('base64')),
  filebase64sha256: ofFile(hash('sha256', 'base64')),
  filesha256: ofFile(hash('sha256', 'hex')),
  flatten: ([list]) => flatten(items(list)),
  floor: ([value]) => Math.floor(Number(value)),
  format,
  indent,
  join: ([separator, list]) => items(list).map(toText).join(toText(separator)),
  jsondecode: ofText((text) => JSON.parse(text) as HclValue),
  jsonencode: ([value]) => encodeJson(value ?? null),
  keys: ([map]) => entries(map).map(([key]) => key),
  length: ([value]) => lengthOf(value),
  lookup,
  lower: ofText((text) => text.toLowerCase()),
  max: (args) => Math.max(...numbers(args)),
  md5: ofText(hash('md5', 'hex')),
  merge: (maps) => Object.fromEntries(maps.filter((map) => map !== null).flatMap(entries)),
  min: (args) => Math.min(...numbers(args)),
  nonsensitive: ([value]) => value ?? null,
  replace: ([text, search, by]) => replace(toText(text), toText(search), toText(by)),
  reverse: ([list]) => [...items(list)].reverse(),
  sensitive: ([value]) => value ?? null,
  sha1: ofText(hash('sha1', 'hex')),
  sha256: ofText(hash('sha256', 'hex')),
  sort: ([list]) => items(list).map(toText).sort(),
  split: ([separator, text]) => toText(text).split(toText(separator)),
  startswith: ([text, start]) => toText(text).startsWith(toText(start)),
  substr: ([text, from, count]) =>
    Array.from(toText(text))
      .slice(Number(from), Number(count) < 0 ? undefined : Number(from) + Number(count))
      .join(''),
  templatefile: ([path, variables], host) =>
    host.renderTemplate(
      host.readFile(toText(path)).toString('utf8'),
      Object.fromEntries(entries(variables)),
    ),
  tobool: toBool,
  tolist: ([list]) => items(list),
  tomap: ([map]) => Object.fromEntries(entries(map)),
  tonumber: toNumberOrNull,
  toset: toSet,
  tostring: ([value]) => (value === null ? null : toText(value)),
  trim: ([text, characters]) => trim(toText(text), toText(characters)),
  trimprefix: ([text, prefix]) =>
    toText(text).startsWith(toText(prefix))
      ? toText(text).slice(toText(prefix).length)
      : toText(text),
  trimspace: ofText((text) => text.trim()),
  trimsuffix: ([text, suffix]) =>
    toText(text).endsWith(toText(suffix))
      ? toText(text).slice(0, toText(text).length - toText(suffix).length)
      : toText(text),
  upper: ofText((text) => text.toUpperCase()),
  urlencode: ofText((text) => encodeURIComponent(text).replaceAll('%20', '+')),
  values: ([map]) => entries(map).map(([, value]) => value),
  zipmap: ([names, list]) =>
    Object.fromEntries(items(names).map((name, i) => [toText(name), items(list)[i] ?? null])),
};

/** Calls a function by name; one that is not in the table is refused. */
export function callFunction(
  name: string,
  args: readonly HclValue[],
  host: FunctionHost,
): HclValue {
  const found = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (found === undefined)
    throw new ExpressionFault(`the function ${name}() is not evaluated here`, 0);
  return found(args, host);
}
