import type { EntryQuery } from '../../audit';
import { PROBLEMS, type Problem } from './problem';

/** What lists can be narrowed by. Anything else in the query is refused: a misspelt filter must not show everything. */
const TEXT_FILTERS = [
  'user',
  'workspace',
  'sessionId',
  'client',
  'provider',
  'model',
  'text',
] as const;
const TIMES = ['from', 'to'] as const;
const KNOWN: ReadonlySet<string> = new Set([...TEXT_FILTERS, ...TIMES, 'limit', 'before', 'kind']);

const MAX_LIMIT = 1000;
const CURSOR = /^\d{1,16}\.\d{1,16}$/;

export function readEntryQuery(
  query: URLSearchParams,
  kinds: readonly string[] | undefined,
): EntryQuery | Problem {
  const unknown = [...query.keys()].find((key) => !KNOWN.has(key) || (key === 'kind' && !kinds));
  if (unknown !== undefined) return invalid(`${unknown}: allowed are ${[...KNOWN].join(', ')}`);
  const limit = query.get('limit');
  if (limit !== null && !(/^\d{1,4}$/.test(limit) && +limit >= 1 && +limit <= MAX_LIMIT))
    return invalid(`limit: allowed is 1 to ${MAX_LIMIT}`);
  const badTime = TIMES.find(
    (key) => query.has(key) && Number.isNaN(Date.parse(query.get(key) ?? '')),
  );
  if (badTime !== undefined) return invalid(`${badTime}: allowed is an RFC 3339 time`);
  const before = query.get('before');
  if (before !== null && !CURSOR.test(before))
    return invalid('before: allowed is "next" of a page');
  const kind = query.getAll('kind');
  const badKind = kind.find((value) => !kinds?.includes(value));
  if (badKind !== undefined) return invalid(`kind: allowed are ${kinds?.join(', ')}`);
  return {
    ...filters(query),
    ...(limit === null ? {} : { limit: Number(limit) }),
    ...(before === null ? {} : { before }),
    ...(kind.length === 0 ? {} : { kinds: kind as NonNullable<EntryQuery['kinds']> }),
  };
}

export function isProblem(value: object): value is Problem {
  return 'status' in value && 'code' in value;
}

function filters(query: URLSearchParams): EntryQuery {
  const given = [...TEXT_FILTERS, ...TIMES].flatMap((key) => {
    const value = query.get(key);
    return value === null ? [] : [[key, value] as const];
  });
  return Object.fromEntries(given);
}

function invalid(detail: string): Problem {
  return { ...PROBLEMS.queryInvalid, detail };
}
