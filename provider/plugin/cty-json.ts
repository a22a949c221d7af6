import { fromWire } from './cty-codec';
import type { CtyType } from './cty-type';
import type { CtyValue } from './cty-value';

const STRING_OR_LONG_INTEGER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/**
 * Reads a value from JSON state. Integers of 16 digits and more keep every digit: JSON.parse alone would round them,
 * and Terraform refuses the plan that follows.
 */
export function parseJsonValue(text: string, type: CtyType): CtyValue {
  const quoted = text.replace(STRING_OR_LONG_INTEGER, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
  return fromWire(JSON.parse(quoted), type, '');
}
