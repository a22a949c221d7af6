import { fromWire } from './cty-codec';
import type { CtyType } from './cty-type';
import type { CtyValue } from './cty-value';

const STRING_OR_LONG_INTEGER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/**
 * Parses JSON state; integers of 16 digits and more come as text, which keeps every digit: JSON.parse alone would
 * round them, and Terraform refuses the plan that follows.
 */
export function parseJsonExactly(text: string): unknown {
  const quoted = text.replace(STRING_OR_LONG_INTEGER, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
  return JSON.parse(quoted);
}

/** Reads a value of a known type from JSON state. */
export function parseJsonValue(text: string, type: CtyType): CtyValue {
  return fromWire(parseJsonExactly(text), type, '');
}
