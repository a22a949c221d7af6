import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type YAMLMap,
} from 'yaml';
import { AigovError } from '../error';

/** Larger files are refused before they are parsed. Characters. */
export const MAX_POLICY_LENGTH = 2 * 1024 * 1024;
/** Aliases that may be resolved in one file; what multiplies beyond is a bomb. */
const MAX_ALIASES = 100;
/** Deeper nesting than any policy has. */
const MAX_DEPTH = 64;
/** Faults of one text that are told; the rest are more of the same. */
const MAX_FAULTS = 100;

/** A path into a document, as zod gives it. */
export type Path = readonly PropertyKey[];

/** A parsed YAML or JSON text that knows where things stand. */
export interface YamlSource {
  readonly value: unknown;
  /** `file:line:column` of the value at the path, or of its nearest known ancestor. */
  readonly at: (path: Path) => string;
  /** `file:line:column` of the key itself. */
  readonly atKey: (path: Path, key: string) => string;
}

export type ParsedYaml =
  { readonly source: YamlSource } | { readonly faults: readonly AigovError[] };

function yamlFault(message: string, at: string, remedy = 'Correct the YAML.'): AigovError {
  return new AigovError('POLICY_YAML_INVALID', message, { remedy, at });
}

/** Cheap bound on flow nesting, before a recursive parser meets it, and on stray closing brackets, which it is slow about. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    if (Math.abs(depth) > MAX_DEPTH * 4) return true;
  }
  return /^[ \t]{512}|(?:[-?:][ \t]+){256}/m.test(text);
}

class Places {
  readonly lines = new LineCounter();

  constructor(readonly file: string) {}

  of(offset: number): string {
    const { line, col } = this.lines.linePos(offset);
    return `${this.file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  }
}

function keyOffset(map: YAMLMap, key: string): number | undefined {
  const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}

function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
}

/** Walks all nodes once: keys given twice, keys that are not text, nesting beyond reason. */
function structureFaults(root: unknown, places: Places): readonly AigovError[] {
  const faults: AigovError[] = [];
  const pending: { node: unknown; depth: number }[] = [{ node: root, depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, depth } = next;
    if (depth > MAX_DEPTH)
      return [...faults, yamlFault(`nested deeper than ${MAX_DEPTH} levels`, places.of(0))];
    if (faults.length >= MAX_FAULTS) return faults;
    if (isMap(node)) faults.push(...duplicateFaults(node, places));
    if (isMap(node) || isSeq(node)) {
      for (const item of node.items as readonly unknown[]) {
        pending.push({ node: isPair(item) ? item.value : item, depth: depth + 1 });
      }
    }
  }
  return faults;
}

function duplicateFaults(map: YAMLMap, places: Places): readonly AigovError[] {
  const seen = new Map<string, number>();
  const faults: AigovError[] = [];
  for (const { key } of map.items) {
    if (faults.length >= MAX_FAULTS) break;
    if (isAlias(key) || !isScalar(key)) {
      faults.push(
        yamlFault('a key is not plain text', places.of(isNode(key) ? (key.range?.[0] ?? 0) : 0)),
      );
      continue;
    }
    const name = String(key.value);
    const offset = key.range?.[0] ?? 0;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, offset);
    else {
      const message = `key ${JSON.stringify(name)} is given twice, first at ${places.of(first)}`;
      faults.push(
        new AigovError('POLICY_KEY_DUPLICATE', message, {
          remedy: 'Keep one of the two.',
          at: places.of(offset),
        }),
      );
    }
  }
  return faults;
}

function toValue(document: Document, places: Places): { value: unknown } | { fault: AigovError } {
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch (cause) {
    const message = `anchors multiply beyond ${MAX_ALIASES} aliases, or an alias has no anchor`;
    return {
      fault: new AigovError('POLICY_YAML_INVALID', message, {
        remedy: 'Write the values out.',
        at: places.of(0),
        cause,
      }),
    };
  }
}

function parse(text: string, places: Places): Document | AigovError {
  try {
    return parseDocument(text, {
      lineCounter: places.lines,
      prettyErrors: false,
      // The parser compares every key with every other; a set does it in one pass (`duplicateFaults`).
      uniqueKeys: false,
      version: '1.2',
      logLevel: 'silent',
    });
  } catch (cause) {
    return new AigovError('POLICY_YAML_INVALID', 'the text cannot be parsed', {
      remedy: 'Correct the YAML.',
      at: places.of(0),
      cause,
    });
  }
}

/** Parses YAML or JSON. Never throws; huge, deep and multiplying texts are refused early. */
export function parseYaml(text: string, file: string): ParsedYaml {
  const places = new Places(file);
  if (text.length > MAX_POLICY_LENGTH) {
    const message = `the policy has ${text.length} characters; allowed are ${MAX_POLICY_LENGTH}`;
    const remedy = 'Split it into layers, or use patterns instead of long lists.';
    return { faults: [new AigovError('POLICY_FILE_TOO_LARGE', message, { remedy, at: file })] };
  }
  if (isTooDeep(text))
    return { faults: [yamlFault(`nested deeper than ${MAX_DEPTH} levels`, `${file}:1:1`)] };
  const document = parse(text, places);
  if (AigovError.is(document)) return { faults: [document] };
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    return {
      faults: broken
        .slice(0, MAX_FAULTS)
        .map(({ message, pos }) => yamlFault(message, places.of(pos[0]))),
    };
  }
  const faults = structureFaults(document.contents, places);
  if (faults.length > 0) return { faults };
  const read = toValue(document, places);
  if ('fault' in read) return { faults: [read.fault] };
  return { source: sourceOf(read.value, document, places) };
}

function sourceOf(value: unknown, document: Document, places: Places): YamlSource {
  return {
    value,
    at: (path) => places.of(offsetOf(document, path)),
    atKey: (path, key) => {
      const map = path.length === 0 ? document.contents : document.getIn(path, true);
      const offset = isMap(map) ? keyOffset(map, key) : undefined;
      return places.of(offset ?? offsetOf(document, path));
    },
  };
}
