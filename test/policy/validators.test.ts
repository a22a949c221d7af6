import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '@fast-check/jest';
import { AigovError, validatePolicy } from '../../policy';
import { parsePolicy, parsePolicyValue, policyDocumentSchema } from '../../policy/schema';
import { generatedFiles } from '../../policy/schema/generated-files';
import { layer } from './arbitrary';

test.each(generatedFiles())('$file is what the schema generates', ({ file, text }) => {
  const committed = readFileSync(join(__dirname, '..', '..', 'policy', file), 'utf8');
  expect(committed === text).toBe(true);
});

test('the compiled validator imports nothing', () => {
  const code = generatedFiles()
    .map(({ text }) => text)
    .join('\n');
  expect(code).not.toMatch(/\brequire\(|^import /m);
});

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const ODD: readonly Json[] = [
  null,
  true,
  0,
  1,
  -1,
  1.5,
  1e9,
  1e300,
  '',
  'x',
  'A',
  'store',
  '12h',
  '0d',
  '8000-9000',
  [],
  {},
  [''],
  [[]],
  { '': '' },
  ['rm'],
  'x'.repeat(4097),
  '😀'.repeat(2049),
  'aigov/v1',
  'aigov/v2',
];
const KEYS = [
  '',
  'x',
  'name',
  'allow',
  'deny',
  'network',
  'tools',
  'match',
  'constructor',
  'scope',
  'limitUsd',
  'toString',
];

/** Deterministic numbers (mulberry32), so that a disagreement can be run again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Changes one place of a document: another value, one key more, one key less, or a copied neighbour. */
function mutate(root: Json, next: (below: number) => number): Json {
  const copy = structuredClone(root);
  let node: Json = copy;
  for (let depth = next(6); depth >= 0; depth--) {
    if (typeof node !== 'object' || node === null) break;
    const keys = Object.keys(node);
    const key = keys[next(Math.max(keys.length, 1))] ?? '0';
    const fields = node as Record<string, Json>;
    const inner = fields[key];
    if (depth > 0 && typeof inner === 'object' && inner !== null) {
      node = inner;
      continue;
    }
    const odd = ODD[next(ODD.length)] ?? null;
    const added = KEYS[next(KEYS.length)] ?? '';
    const kind = next(4);
    if (kind === 0 && !Array.isArray(node)) delete fields[key];
    else if (kind === 1)
      Object.defineProperty(node, Array.isArray(node) ? node.length : added, {
        value: odd,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else fields[key] = odd;
    break;
  }
  return copy;
}

const DOCUMENTS = process.env['CI'] ? 100_000 : 5_000;

test(`zod and the compiled validator agree on ${DOCUMENTS} documents, valid and broken`, () => {
  const bases = fc.sample(fc.oneof(layer('strict'), layer('boundary')), { numRuns: 1000, seed: 4 });
  const next = numbers(4);
  const seen = { valid: 0, broken: 0 };
  const disagreements: Json[] = [];
  for (let at = 0; at < DOCUMENTS; at++) {
    let document = JSON.parse(JSON.stringify(bases[at % bases.length])) as Json;
    for (let times = next(3); times > 0; times--) document = mutate(document, next);
    const isValid = policyDocumentSchema.safeParse(document).success;
    if (isValid !== isTaken(document)) disagreements.push(document);
    seen[isValid ? 'valid' : 'broken']++;
  }
  expect(disagreements.slice(0, 3)).toEqual([]);
  expect(Math.min(seen.valid, seen.broken)).toBeGreaterThan(DOCUMENTS / 5);
});

function isTaken(document: Json): boolean {
  try {
    validatePolicy(document);
    return true;
  } catch (error) {
    if (AigovError.is(error)) return false;
    throw error;
  }
}

test('a key that would change an object itself is refused by both', () => {
  const text = '{"apiVersion":"aigov/v1","name":"x","commands":{"mode":{"__proto__":"off"}}}';
  expect(isTaken(JSON.parse(text) as Json)).toBe(false);
  expect(() => parsePolicy(text, 'x.json')).toThrow(/unknown key "__proto__"/);
  expect(() => parsePolicyValue(JSON.parse(text))).toThrow(/unknown key "__proto__"/);
});

test('faults of the compiled validator name place, code and remedy', () => {
  const broken = { apiVersion: 'aigov/v1', network: { alow: [] }, models: { allow: [1] } };
  expect(() => validatePolicy(broken)).toThrow(
    expect.objectContaining({
      faults: [
        expect.objectContaining({ code: 'POLICY_KEY_MISSING', at: 'the policy' }),
        expect.objectContaining({ code: 'POLICY_KEY_UNKNOWN', at: 'network' }),
        expect.objectContaining({ code: 'POLICY_TYPE_INVALID', at: 'models.allow[0]' }),
      ],
    }) as Error,
  );
});
