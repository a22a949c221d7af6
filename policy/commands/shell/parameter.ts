import type { ParameterExpansionPart, ParameterOperation, Word } from 'unbash';
import { UNKNOWN } from '../argument';
import { matchesGlob } from '../glob';
import type { Scope } from './scope';

/** Longer values are not cut by patterns: the search is quadratic. */
const MAX_PATTERN_VALUE = 512;

/** The values of `$name`, `$1`, `$@`; one UNKNOWN when not knowable. */
export function lookUp(name: string, scope: Scope): readonly string[] {
  if (/^[A-Za-z_]/.test(name)) return scope.values(name);
  const { parameters } = scope;
  if (parameters === undefined) return [UNKNOWN];
  if (name === '@' || name === '*') return parameters.slice(1).map(({ text }) => text);
  if (/^\d+$/.test(name)) return [parameters[Number(name)]?.text ?? ''];
  return name === '#' ? [String(Math.max(parameters.length - 1, 0))] : [UNKNOWN];
}

/** `${x#p}`, `${x%p}` and their long forms. */
function remove(value: string, operator: string, pattern: string): string {
  if (value.length > MAX_PATTERN_VALUE || pattern.includes(UNKNOWN)) return UNKNOWN;
  const lengths = Array.from({ length: value.length + 1 }, (_, length) => length);
  if (operator.length === 2) lengths.reverse();
  const isFront = operator.startsWith('#');
  const part = (length: number) =>
    isFront ? value.slice(0, length) : value.slice(value.length - length);
  const hit = lengths.find((length) => matchesGlob(pattern, part(length)));
  if (hit === undefined) return value;
  return isFront ? value.slice(hit) : value.slice(0, value.length - hit);
}

function slice(value: string, offset: string, length: string | undefined): string {
  if (!/^\s*-?\d+\s*$/.test(offset)) return UNKNOWN;
  if (length !== undefined && !/^\s*\d+\s*$/.test(length)) return UNKNOWN;
  const from = Number(offset) < 0 ? value.length + Number(offset) : Number(offset);
  return value.slice(from, length === undefined ? undefined : from + Number(length));
}

function changeCase(value: string, operator: string): string {
  const change = operator.startsWith('^')
    ? (text: string) => text.toUpperCase()
    : (text: string) => text.toLowerCase();
  return operator.length === 2 ? change(value) : change(value.slice(0, 1)) + value.slice(1);
}

/** `${x:-y}` and its kin. A value nobody knows may be empty, so the word in the text is what counts. */
function applyDefault(value: string, operator: string, operand: string): string {
  const isMissing = value === '' || value === UNKNOWN;
  if (operator.endsWith('+')) return value === '' ? '' : operand;
  return isMissing && !operator.endsWith('?') ? operand : value;
}

function apply(value: string, operation: ParameterOperation, text: (word: Word) => string): string {
  if (operation.type === 'Default') {
    return applyDefault(value, operation.operator, text(operation.operand));
  }
  if (value.includes(UNKNOWN)) return UNKNOWN;
  switch (operation.type) {
    case 'Remove':
      return remove(value, operation.operator, text(operation.operand));
    case 'Slice':
      return slice(value, text(operation.offset), operation.length && text(operation.length));
    case 'CaseModification':
      return operation.operand ? UNKNOWN : changeCase(value, operation.operator);
    case 'Replace':
      return replace(
        value,
        operation.operator,
        [operation.pattern, operation.replacement].map(text),
      );
    case 'Transform':
    case 'Names':
    case 'Unknown':
      return UNKNOWN;
  }
}

function replace(value: string, operator: string, [from = '', to = '']: string[]): string {
  if (/[*?[\0]/.test(from) || from === '' || to.includes(UNKNOWN)) return UNKNOWN;
  if (operator === '/') return value.replace(from, () => to);
  return operator === '//' ? value.replaceAll(from, () => to) : UNKNOWN;
}

/**
 * The values a `${…}` stands for, as far as the text tells.
 * @param text expands a word inside the braces to one string
 */
export function expandParameter(
  part: ParameterExpansionPart,
  scope: Scope,
  text: (word: Word) => string,
): readonly string[] {
  const { parameter, prefix, operation } = part;
  const once = memoised(text);
  if (prefix === '#') return [UNKNOWN];
  const values = lookUp(parameter, scope);
  if (prefix === '!') {
    const target = values[0] ?? '';
    return target === '' || target.includes(UNKNOWN) ? [UNKNOWN] : lookUp(target, scope);
  }
  const isAll = parameter === '@' || parameter === '*';
  const picked = isAll ? values : pick(values, part.index && once(part.index));
  if (operation === undefined) return picked;
  if (operation.type === 'Default' && operation.operator.endsWith('=')) {
    scope.assign(parameter, [apply(picked[0] ?? '', operation, once)]);
  }
  const all = picked.length === 0 ? [''] : picked;
  return all.map((value) => apply(value, operation, once));
}

/** Words inside the braces are expanded once, however many values meet them: they nest. */
function memoised(text: (word: Word) => string): (word: Word) => string {
  const known = new Map<Word, string>();
  return (word) => {
    const value = known.get(word) ?? text(word);
    known.set(word, value);
    return value;
  };
}

/** An array element, all of them, or the first. */
function pick(values: readonly string[], index: string | undefined): readonly string[] {
  if (index === undefined) return values.length > 1 ? values.slice(0, 1) : values;
  if (index === '@' || index === '*') return values;
  if (values[0] === UNKNOWN || !/^\d+$/.test(index)) return [UNKNOWN];
  return [values[Number(index)] ?? ''];
}
