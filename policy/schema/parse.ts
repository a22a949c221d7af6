import { basename, extname } from 'node:path';
import type { z } from 'zod';
import { layerFaults } from '../compile';
import type { PolicyDocument } from '../document';
import { AigovError, AigovErrors } from '../error';
import { boundaryConfigSchema, policyDocumentSchema } from './document-schema';
import { placeText, shapeFaults, valueAt } from './shape-faults';
import { parseYaml, type Path, type YamlSource } from './yaml-source';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Coder's file has no `apiVersion` and at least one of its own keys. */
function isBoundaryConfig(value: unknown): value is Fields {
  if (!isFields(value) || Object.hasOwn(value, 'apiVersion')) return false;
  return Object.keys(value).some((key) => Object.hasOwn(boundaryConfigSchema.shape, key));
}

/** Keeps list entries at their index and only what is text, so that rules can be checked beside faults of shape. */
function textList(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.map((item) => (typeof item === 'string' ? item : 'domain=*'))
    : [];
}

/** What can be checked of a document although its shape may be broken. */
function checkable(value: Fields): PolicyDocument {
  const network = isFields(value['network']) ? value['network'] : {};
  const sound = policyDocumentSchema.shape.network.safeParse(network);
  const compat = network['compat'] === 'boundary' ? 'boundary' : 'strict';
  const rules = {
    compat,
    allow: textList(network['allow']),
    deny: textList(network['deny']),
    ceiling: textList(network['ceiling']),
  } as const;
  const commands = policyDocumentSchema.shape.commands.safeParse(value['commands']);
  return {
    apiVersion: 'aigov/v1',
    name: 'policy',
    network:
      sound.success && sound.data ? (sound.data as NonNullable<PolicyDocument['network']>) : rules,
    ...(commands.success && commands.data
      ? { commands: commands.data as NonNullable<PolicyDocument['commands']> }
      : {}),
  };
}

/** `network.allow[2]` as a path into the document. */
function pathOf(at: string): Path {
  return [...at.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, key]) =>
    index === undefined ? (quoted ?? key ?? '') : Number(index),
  );
}

/** Faults of meaning, placed in the file. `renamed` maps a path of ours to one of the file. */
function meaningFaults(
  document: PolicyDocument,
  source: YamlSource,
  renamed: (at: string) => string,
): readonly AigovError[] {
  return layerFaults(document).map(({ code, message, remedy, at = '' }) => {
    const [place = ''] = at.split(' of layer ');
    return new AigovError(code, message.replace(place, renamed(place)), {
      remedy,
      at: source.at(pathOf(renamed(place))),
    });
  });
}

/** Free keys of the document; zod passes over a `__proto__` among them. */
const FREE_KEYS: readonly Path[] = [
  ['commands', 'mode'],
  ['mcpServers', 'tools'],
];

function prototypeFaults(source: YamlSource): readonly AigovError[] {
  return FREE_KEYS.flatMap((path) => {
    const inner = valueAt(source.value, path);
    if (!isFields(inner) || !Object.hasOwn(inner, '__proto__')) return [];
    const message = `${placeText(path)} has the unknown key "__proto__"`;
    const at = source.atKey(path, '__proto__');
    return [new AigovError('POLICY_KEY_UNKNOWN', message, { remedy: 'Remove "__proto__".', at })];
  });
}

function parseAigov(source: YamlSource): PolicyDocument {
  const odd = prototypeFaults(source);
  if (odd.length > 0) throw new AigovErrors(odd);
  const parsed = policyDocumentSchema.safeParse(source.value);
  const shape = parsed.success
    ? []
    : shapeFaults(policyDocumentSchema, parsed.error.issues, source);
  const meaning = isFields(source.value)
    ? meaningFaults(checkable(source.value), source, (at) => at)
    : [];
  if (shape.length + meaning.length > 0) throw new AigovErrors([...shape, ...meaning]);
  return source.value as PolicyDocument;
}

type BoundaryConfig = z.infer<typeof boundaryConfigSchema>;

/** The layer a `config.yaml` of Coder means: its allowlist in `compat: boundary`, its settings kept aside. */
function boundaryLayer({ allowlist, ...settings }: BoundaryConfig, name: string): PolicyDocument {
  const boundary = Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined && value !== null),
  );
  return {
    apiVersion: 'aigov/v1',
    name,
    network: {
      compat: 'boundary',
      allow: allowlist ?? [],
      ...(Object.keys(boundary).length > 0 ? { boundary } : {}),
    },
  };
}

function parseBoundary(source: YamlSource, name: string): PolicyDocument {
  const parsed = boundaryConfigSchema.safeParse(source.value);
  const value = source.value as Fields;
  const layer = boundaryLayer({ allowlist: [...textList(value['allowlist'])] }, name);
  const renamed = (at: string) => at.replace('network.allow', 'allowlist');
  const meaning = meaningFaults(layer, source, renamed);
  const shape = parsed.success
    ? []
    : shapeFaults(boundaryConfigSchema, parsed.error.issues, source);
  if (!parsed.success || meaning.length > 0) throw new AigovErrors([...shape, ...meaning]);
  // zod orders keys by its schema; the file's own order is kept for writing it back
  return boundaryLayer(value, name);
}

function parseSource(source: YamlSource, name: string): PolicyDocument {
  return isBoundaryConfig(source.value) ? parseBoundary(source, name) : parseAigov(source);
}

/** A parsed file that still knows where things stand. */
export interface PolicySource {
  readonly document: PolicyDocument;
  /** `file:line:column` of a property path such as `network.allow[0]`. */
  readonly at: (place: string) => string;
}

/** As `parsePolicy`, keeping the places. */
export function parsePolicySource(text: string, file: string): PolicySource {
  const parsed = parseYaml(text, file);
  if ('faults' in parsed) throw new AigovErrors(parsed.faults);
  const { source } = parsed;
  const document = parseSource(source, basename(file, extname(file)) || 'boundary');
  const isOurs = document === source.value;
  return {
    document,
    at: (place) => source.at(pathOf(isOurs ? place : place.replace('network.allow', 'allowlist'))),
  };
}

/**
 * Checks a policy that is already data: ours, or the content of Coder's `config.yaml`. Places are property paths.
 * @throws AigovErrors with every fault
 */
export function parsePolicyValue(value: unknown, name = 'policy'): PolicyDocument {
  const at = (path: Path) => placeText(path) || name;
  return parseSource({ value, at, atKey: (path, key) => at([...path, key]) }, name);
}

/**
 * Parses one policy file: YAML or JSON, ours or Coder's 12-key `config.yaml` (named after the file).
 * @throws AigovErrors with every fault of text, shape and rules, each with `file:line:column`
 */
export function parsePolicy(text: string, file: string): PolicyDocument {
  return parsePolicySource(text, file).document;
}
