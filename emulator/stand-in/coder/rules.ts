import {
  textOf,
  AigovError,
  isCtyList,
  type CtyObject,
  type CtyValue,
  type Diagnostic,
} from '../../../provider/plugin';

/** A check of one configured value; a sentence when it is wrong. Unknown and null values are never passed. */
export type ValueRule = (value: CtyValue) => string | undefined;

/** Rules by attribute, as the real provider applies them to literals at validate and to all values at plan. */
export type AttributeRules = Readonly<Record<string, ValueRule>>;

/** Applies rules to the attributes of one object. */
export function checkAttributes(
  config: CtyObject,
  rules: AttributeRules,
  prefix = '',
): Diagnostic[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    const value = config[name];
    if (value === null || value === undefined || typeof value === 'symbol') return [];
    const complaint = rule(value);
    return complaint === undefined ? [] : [fault(complaint, `${prefix}${name}`)];
  });
}

/** A diagnostic as the real provider's refusals become here. */
export function fault(message: string, at: string): Diagnostic {
  return {
    severity: 'error',
    code: 'CODER_RULE_BROKEN',
    message: `${at}: ${message}`,
    remedy: 'Change the template: the real coder/coder provider refuses this too.',
    at,
  };
}

/** Throws the first of these faults: for plan and apply, where the real provider stops at one. */
export function refuse(message: string, at?: string): AigovError {
  const { code, remedy } = fault(message, at ?? '');
  return new AigovError(code, at === undefined ? message : `${at}: ${message}`, {
    remedy,
    ...(at === undefined ? {} : { at }),
  });
}

export const oneOf =
  (...allowed: readonly string[]): ValueRule =>
  (value) =>
    allowed.includes(textOf(value))
      ? undefined
      : `expected one of ${allowed.join(', ')}, got ${JSON.stringify(value)}`;

export const atLeast =
  (minimum: number): ValueRule =>
  (value) =>
    Number(value) >= minimum && Number.isInteger(Number(value))
      ? undefined
      : `expected a whole number of at least ${minimum}, got ${textOf(value)}`;

export const between =
  (minimum: number, maximum: number): ValueRule =>
  (value) =>
    Number(value) >= minimum && Number(value) <= maximum
      ? undefined
      : `expected ${minimum} to ${maximum}, got ${textOf(value)}`;

export const atMostCharacters =
  (maximum: number): ValueRule =>
  (value) =>
    Buffer.byteLength(textOf(value)) <= maximum
      ? undefined
      : `is too long: ${Buffer.byteLength(textOf(value))} bytes, at most ${maximum}`;

export const matching =
  (pattern: RegExp, what: string): ValueRule =>
  (value) =>
    pattern.test(textOf(value)) ? undefined : `must be ${what}, got ${JSON.stringify(value)}`;

/** Go's url.Parse refuses little: a bad percent escape is what people write by accident. */
export const parsesAsUrl: ValueRule = (value) =>
  /%(?![0-9A-Fa-f]{2})/.test(textOf(value)) ? 'is not a URL: bad percent escape' : undefined;

/** Names of a block list that occur twice. */
export function duplicates(blocks: CtyValue | undefined, key: string): string[] {
  if (!isCtyList(blocks)) return [];
  const names = blocks.map((block) => textOf((block as CtyObject)[key]));
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** The objects of a block, whatever its nesting. */
export function blocksOf(config: CtyObject, name: string): readonly CtyObject[] {
  const value = config[name];
  return isCtyList(value) ? (value as readonly CtyObject[]) : [];
}
