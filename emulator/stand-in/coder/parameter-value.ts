import { textOf, type CtyObject } from '../../../provider/plugin';
import { refuse } from './rules';

export type ParameterType = 'string' | 'number' | 'bool' | 'list(string)';

/** Whether a value's text is of a parameter's type, as the provider parses it. */
export function isOfType(type: ParameterType, text: string): boolean {
  if (type === 'number')
    return text.trim() === text && text !== '' && Number.isFinite(Number(text));
  if (type === 'bool') return /^(1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(text);
  return type === 'string' || isStringList(text);
}

function isStringList(text: string): boolean {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((item) => typeof item === 'string');
  } catch {
    return false;
  }
}

export interface Checked {
  readonly type: ParameterType;
  readonly value: string;
  /** The value of the build before, for `monotonic`. */
  readonly previous: string | undefined;
}

/** The `validation` block, at plan. Throws the first rule that the block or the value breaks. */
export function checkValidation(validation: CtyObject, checked: Checked): void {
  const { max, min, regex } = validation;
  if (checked.type !== 'number' && (min !== null || max !== null))
    throw refuse(`min and max cannot be specified for a ${checked.type} type`, 'validation[0]');
  if (checked.type !== 'string' && regex !== null)
    throw refuse(`cannot be specified for a ${checked.type} type`, 'validation[0].regex');
  if (typeof regex === 'string' && regex !== '') checkRegex(validation, regex, checked.value);
  if (checked.type === 'number') checkNumber(validation, checked);
}

function checkRegex(validation: CtyObject, regex: string, value: string): void {
  const at = 'validation[0].regex';
  if (!validation['error']) throw refuse('an error must be specified with a regex', at);
  // RE2, which Go uses, has neither lookaround nor back-references.
  if (/\(\?(=|!|<=|<!)|\\[1-9]/.test(regex)) throw refuse('is not RE2: no lookaround there', at);
  let compiled: RegExp;
  try {
    compiled = new RegExp(regex);
  } catch {
    throw refuse(`"${regex}" does not compile`, at);
  }
  if (!compiled.test(value)) throw refuse(`${textOf(validation['error'])} ("${value}")`, at);
}

function checkNumber(validation: CtyObject, { previous, value }: Checked): void {
  const at = 'validation[0]';
  const { max, min, monotonic } = validation;
  const number = Number(value);
  if (!/^[+-]?\d+$/.test(value)) throw refuse(`value "${value}" is not a whole number`, at);
  if (min !== null && number < Number(min))
    throw refuse(`${value} is less than ${textOf(min)}`, at);
  if (max !== null && number > Number(max))
    throw refuse(`${value} is more than ${textOf(max)}`, at);
  if (!monotonic) return;
  if (monotonic !== 'increasing' && monotonic !== 'decreasing')
    throw refuse('must be increasing or decreasing', `${at}.monotonic`);
  if (previous === undefined || previous === '') return;
  const isBackwards =
    monotonic === 'increasing' ? number < Number(previous) : number > Number(previous);
  if (isBackwards) throw refuse(`${value} after ${previous} is not ${monotonic}`, at);
}
