const DESCRIPTORS = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/;
const EVERY = /^@every (\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;
const MONTHS = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const DAYS = 'sun|mon|tue|wed|thu|fri|sat';

interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: string;
}

const FIELDS: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];

/**
 * What is wrong with a script's cron, or undefined. Six fields (seconds first), the last one optional, or a
 * descriptor: what robfig/cron accepts as the coder provider configures it.
 */
export function cronFault(text: string): string | undefined {
  if (DESCRIPTORS.test(text) || EVERY.test(text)) return undefined;
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) {
    return `expected 5 to 6 fields, found ${text.trim() === '' ? 0 : fields.length}: ${JSON.stringify(text)}`;
  }
  const wrong = fields.find((field, index) => !isField(field, FIELDS[index]));
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is not a cron field`;
}

/** Five fields pass, but then the first one is seconds: hardly ever what was meant. */
export function isFiveFieldCron(text: string): boolean {
  return !text.startsWith('@') && text.trim().split(/\s+/).length === 5;
}

function isField(text: string, field: Field | undefined): boolean {
  return field !== undefined && text.split(',').every((part) => isRange(part.toLowerCase(), field));
}

function isRange(part: string, field: Field): boolean {
  const [range = '', step, ...rest] = part.split('/');
  if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
  if (range === '*' || range === '?') return true;
  const ends = range.split('-');
  return ends.length <= 2 && ends.every((end) => isPoint(end, field));
}

function isPoint(text: string, { max, min, names }: Field): boolean {
  if (names !== undefined && names.split('|').includes(text)) return true;
  return /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max;
}
