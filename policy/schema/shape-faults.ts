import { z } from 'zod';
import { AigovError } from '../error';
import { nearest } from './nearest';
import type { Path, YamlSource } from './yaml-source';

type Issue = z.core.$ZodIssue;

/** `network.allow[2]` for a path. */
export function placeText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

/** The value at a path, or undefined. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<PropertyKey, unknown>)[part]
        : undefined,
    value,
  );
}

/** A value as a person recognises it, never long. */
function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** The keys a schema allows at a path, unwrapping optionals, lists and maps. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let current: unknown = schema;
  for (const part of path) current = step(unwrap(current), part);
  const shape = unwrap(current);
  return shape instanceof z.ZodObject ? Object.keys(shape.shape) : [];
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? unwrap(schema.unwrap())
    : schema;
}

function step(schema: unknown, part: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<PropertyKey, unknown>)[part];
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return undefined;
}

function unknownKeys(
  issue: Issue & { code: 'unrecognized_keys' },
  schema: z.ZodType,
  source: YamlSource,
) {
  const place = placeText(issue.path) || 'the policy';
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => {
    const meant = nearest(key, known);
    const remedy = meant ? `Write "${meant}" instead of "${key}".` : `Remove "${key}".`;
    const message = `${place} has the unknown key ${JSON.stringify(key)}; allowed are ${known.join(', ')}`;
    return new AigovError('POLICY_KEY_UNKNOWN', message, {
      remedy,
      at: source.atKey(issue.path, key),
    });
  });
}

function allowedText(issue: Issue): string {
  if (issue.code === 'invalid_value') {
    return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  }
  if (issue.code === 'invalid_type') return `of type ${issue.expected}`;
  return issue.message.replace(/^Invalid input: expected /, '').replace(/^Invalid \w+: /, '');
}

function issueFault(issue: Issue, source: YamlSource): AigovError {
  const place = placeText(issue.path) || 'the policy';
  const given = valueAt(source.value, issue.path);
  const at = source.at(issue.path);
  if (given === undefined) {
    const message = `${place} is missing; allowed is ${allowedText(issue)}`;
    return new AigovError('POLICY_KEY_MISSING', message, { remedy: `Add "${place}".`, at });
  }
  const code = issue.code === 'invalid_type' ? 'POLICY_TYPE_INVALID' : 'POLICY_VALUE_INVALID';
  const message = `${place} is ${shown(given)}; allowed is ${allowedText(issue)}`;
  return new AigovError(code, message, { remedy: `Change the value of "${place}".`, at });
}

/** Everything wrong with the shape, with place and remedy. */
export function shapeFaults(
  schema: z.ZodType,
  issues: readonly Issue[],
  source: YamlSource,
): readonly AigovError[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? unknownKeys(issue, schema, source)
      : [issueFault(issue, source)],
  );
}
