import { randomUUID } from 'node:crypto';
import {
  textOf,
  isCtyList,
  isCtyObject,
  type CtyObject,
  type Diagnostic,
  type Environment,
} from '../../../provider/plugin';
import type { DataSourceBehaviour } from '../stand-in';
import { parameterVariable } from './build-environment';
import { checkValidation, isOfType, type ParameterType } from './parameter-value';
import { blocksOf, checkAttributes, duplicates, fault, oneOf, parsesAsUrl, refuse } from './rules';

const TYPES = ['string', 'number', 'bool', 'list(string)'] as const;
const FORM_TYPES: Readonly<Record<ParameterType, { with: string[]; without: string[] }>> = {
  string: { with: ['radio', 'dropdown'], without: ['input', 'textarea'] },
  number: { with: ['radio', 'dropdown'], without: ['input', 'slider'] },
  bool: { with: ['radio'], without: ['checkbox', 'switch'] },
  'list(string)': { with: ['radio', 'multi-select'], without: ['tag-select'] },
};
const ALL_FORM_TYPES = [
  'radio',
  'slider',
  'input',
  'dropdown',
  'checkbox',
  'switch',
  'multi-select',
  'tag-select',
  'textarea',
  'error',
];

/** `data.coder_parameter`: the value from the build, else the default, else "". */
export function parameterBehaviour(environment: Environment): DataSourceBehaviour {
  return { validate: validateParameter, read: (config) => readParameter(config, environment) };
}

function validateParameter(config: CtyObject): readonly Diagnostic[] {
  const rules = { type: oneOf(...TYPES), form_type: oneOf(...ALL_FORM_TYPES), icon: parsesAsUrl };
  const clash = blocksOf(config, 'validation').flatMap((validation) =>
    validation['regex'] !== null && (validation['min'] !== null || validation['max'] !== null)
      ? [fault('conflicts with min and max', 'validation[0].regex')]
      : [],
  );
  return [...checkAttributes(config, rules), ...clash];
}

function readParameter(config: CtyObject, environment: Environment): CtyObject {
  const name = textOf(config['name']);
  const type = (config['type'] ?? 'string') as ParameterType;
  const fallback = typeof config['default'] === 'string' ? config['default'] : undefined;
  const formType = formTypeOf(config, type);
  const value = environment[parameterVariable(name)] ?? fallback ?? '';
  // A multi-select answers a list, each option is one string of it.
  const optionType = formType === 'multi-select' ? 'string' : type;
  checkOptions(config, optionType);
  checkChosen(config, { value, fallback, type, formType });
  checkEphemeral(config);
  const [validation] = blocksOf(config, 'validation');
  if (validation !== undefined)
    checkValidation(validation, {
      type,
      value,
      previous: environment[previousVariable(name)],
    });
  return {
    id: randomUUID(),
    value,
    type,
    form_type: formType,
    mutable: config['mutable'] ?? false,
    optional: config['default'] !== null,
    ...nullWhenEmpty(config, 'option'),
    validation: blocksOf(config, 'validation').map(withDisabledMarks),
  };
}

function previousVariable(name: string): string {
  return parameterVariable(name).replace('CODER_PARAMETER_', 'CODER_PARAMETER_PREVIOUS_');
}

/** SDKv2 reads an omitted block list of a data source as null: `length()` of it fails. */
function nullWhenEmpty(config: CtyObject, name: string): CtyObject {
  const value = config[name];
  return isCtyList(value) && value.length === 0 ? { [name]: null } : {};
}

function withDisabledMarks(validation: CtyObject): CtyObject {
  const { error, max, min, monotonic, regex } = validation;
  return {
    min: min ?? 0,
    max: max ?? 0,
    min_disabled: min === null,
    max_disabled: max === null,
    monotonic: monotonic ?? '',
    regex: regex ?? '',
    error: error ?? '',
  };
}

function formTypeOf(config: CtyObject, type: ParameterType): string {
  const hasOptions = blocksOf(config, 'option').length > 0;
  const allowed = FORM_TYPES[type][hasOptions ? 'with' : 'without'];
  const chosen = config['form_type'] ?? allowed[0] ?? 'input';
  if (chosen === 'error' || allowed.includes(textOf(chosen))) return textOf(chosen);
  const kind = hasOptions ? 'with options' : 'without options';
  throw refuse(
    `${textOf(chosen)} does not fit ${type} ${kind}: ${allowed.join(', ')}`,
    'form_type',
  );
}

function checkOptions(config: CtyObject, type: ParameterType): void {
  const { option } = config;
  const [name] = duplicates(option, 'name');
  if (name !== undefined) throw refuse(`multiple options have the name "${name}"`, 'option');
  const [value] = duplicates(option, 'value');
  if (value !== undefined) throw refuse(`multiple options have the value "${value}"`, 'option');
  for (const [index, each] of blocksOf(config, 'option').entries()) {
    if (isCtyObject(each) && !isOfType(type, textOf(each['value'])))
      throw refuse(`"${textOf(each['value'])}" is not a ${type}`, `option[${index}].value`);
  }
}

interface Chosen {
  readonly value: string;
  readonly fallback: string | undefined;
  readonly type: ParameterType;
  readonly formType: string;
}

function checkChosen(config: CtyObject, chosen: Chosen): void {
  const { fallback, formType, type, value } = chosen;
  const offered = new Set(blocksOf(config, 'option').map((option) => textOf(option['value'])));
  const given = [fallback, value].filter((text) => text !== undefined && text !== '');
  for (const text of given as string[]) {
    if (!isOfType(type, text)) throw refuse(`"${text}" is not a ${type}`, 'default');
    const parts = formType === 'multi-select' ? (JSON.parse(text) as string[]) : [text];
    const stranger = parts.find((part) => offered.size > 0 && !offered.has(part));
    if (stranger !== undefined)
      throw refuse(`"${stranger}" must be defined as one of the options`, 'default');
  }
}

function checkEphemeral(config: CtyObject): void {
  if (config['ephemeral'] !== true) return;
  if (config['mutable'] !== true) throw refuse('needs mutable = true', 'ephemeral');
  if (config['default'] === null) throw refuse('needs a default', 'ephemeral');
}
