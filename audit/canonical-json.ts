// Node 20 has String.isWellFormed; TypeScript lists it under es2024.
/// <reference lib="es2024.string" />
import { AigovError } from '../policy';

/**
 * Canonical JSON (RFC 8785): one spelling for each value, so that a hash over it means the value.
 * Members that are `undefined` are left out.
 *
 * @throws AigovError CANONICAL_JSON_INVALID for what JSON cannot carry: NaN, infinities, lone surrogates,
 * functions, `undefined` in an array.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (typeof value === 'boolean' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') return `{${canonicalMembers(value)}}`;
  throw invalid(`a value of type ${typeof value}`);
}

/**
 * The members of an object as `"key":value`, sorted by UTF-16 code units (RFC 8785 §3.2.3) and joined by commas. With
 * `isIn` only those whose key it accepts.
 */
export function canonicalMembers(value: object, isIn?: (key: string) => boolean): string {
  let members = '';
  for (const key of sortedKeys(value)) {
    const member = (value as { readonly [key: string]: unknown })[key];
    if (member === undefined || isIn?.(key) === false) continue;
    if (members !== '') members += ',';
    members += `${canonicalString(key)}:${canonicalJson(member)}`;
  }
  return members;
}

/** Most objects have few keys, in order already. */
function sortedKeys(value: object): string[] {
  const keys = Object.keys(value);
  for (let index = 1; index < keys.length; index++)
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.sort();
  return keys;
}

/** Printable ASCII without quotes and backslashes: nothing to escape, and most of what is recorded. */
const PLAIN = /^[ !#-[\]-~]{0,80}$/;

/** ECMAScript escapes exactly as RFC 8785 §3.2.2.2 asks, except that it lets lone surrogates through. */
function canonicalString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw invalid('a string with a lone surrogate');
  return JSON.stringify(text);
}

/** ECMAScript's number rendering is the canonical one (RFC 8785 §3.2.2.3); -0 is 0. */
function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw invalid(`the number ${value}`);
  return JSON.stringify(value);
}

function invalid(what: string): AigovError {
  return new AigovError('CANONICAL_JSON_INVALID', `canonical JSON cannot carry ${what}`, {
    remedy: 'Give finite numbers and well-formed Unicode only.',
  });
}
