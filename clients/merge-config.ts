import type { ClientConfigFile } from './client';
import { mergeToml } from './merge-toml';

type Json = { readonly [name: string]: unknown };

/**
 * What a client's file should hold: ours over the person's own, which stays otherwise. Applied to its own result it
 * changes nothing. Pure.
 *
 * @param existing text of the file as it is; undefined when there is none
 * @returns undefined when the existing text cannot be read as its format, and must be left alone
 */
export function mergeClientConfig(
  file: ClientConfigFile,
  existing: string | undefined,
): string | undefined {
  const text = existing === undefined || existing.trim() === '' ? '' : existing;
  if (file.merge === 'toml') return mergeToml(text, file.text);
  const theirs = parseObject(text === '' ? '{}' : text);
  if (theirs === undefined) return undefined;
  return `${JSON.stringify(mergeJson(theirs, JSON.parse(file.text) as Json), null, 2)}\n`;
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function mergeJson(theirs: Json, ours: Json): Json {
  const merged = Object.entries(ours).map(([name, value]): [string, unknown] => {
    const present = Object.hasOwn(theirs, name) ? theirs[name] : undefined;
    return [name, isObject(present) && isObject(value) ? mergeJson(present, value) : value];
  });
  return { ...theirs, ...Object.fromEntries(merged) };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
