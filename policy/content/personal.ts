import type { Detector } from './detector';

export const EMAIL: readonly Detector[] = [
  { id: 'email', pattern: '\\b[\\w.%+-]+@[\\w-]+(?:\\.[\\w-]+)*\\.[A-Za-z]{2,24}\\b' },
];

/** Only international form: any other cannot be told from a number. */
export const PHONE: readonly Detector[] = [
  {
    id: 'phone',
    pattern: '\\+[1-9]\\d{0,2}(?:[ .-]?\\(?\\d{1,5}\\)?){2,6}',
    isReal: (match) => hasDigits(match, 8, 15),
  },
];

export const CREDIT_CARD: readonly Detector[] = [
  {
    id: 'creditCard',
    pattern: '\\b\\d(?:[ -]?\\d){12,18}\\b',
    isReal: (match) => hasDigits(match, 13, 19) && hasLuhnDigit(match),
  },
];

export const IBAN: readonly Detector[] = [
  {
    id: 'iban',
    pattern: '\\b[A-Z]{2}\\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\\b',
    isReal: hasIbanDigits,
  },
];

export const IP_ADDRESS: readonly Detector[] = [
  {
    id: 'ipAddress',
    pattern: '\\b\\d{1,3}(?:\\.\\d{1,3}){3}\\b',
    isReal: (match) =>
      match.split('.').length === 4 && match.split('.').every((part) => +part < 256),
  },
  {
    id: 'ipAddress',
    pattern: '\\b[0-9A-Fa-f]{1,4}(?:::?[0-9A-Fa-f]{1,4}){2,7}(?:::)?\\b',
    isReal: (match) => match.includes('::') || match.split(':').length === 8,
  },
];

function hasDigits(text: string, least: number, most: number): boolean {
  const { length } = text.replaceAll(/\D/g, '');
  return least <= length && length <= most;
}

/** ISO/IEC 7812-1, annex B. */
function hasLuhnDigit(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '').split('').toReversed().map(Number);
  const sum = digits.reduce((total, digit, i) => {
    const doubled = i % 2 === 0 ? digit : digit * 2;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** ISO 13616-1: the number, its beginning moved to the end and letters read as 10 to 35, leaves 1 over 97. */
function hasIbanDigits(text: string): boolean {
  const plain = text.replaceAll(' ', '');
  if (plain.length < 15 || plain.length > 34) return false;
  const moved = plain.slice(4) + plain.slice(0, 4);
  let rest = 0;
  for (const char of moved) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
