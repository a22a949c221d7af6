import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NOT_YET, REQUIREMENTS, type RequirementId } from './requirements';

function citedIds(): ReadonlySet<string> {
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(__dirname, name), 'utf8'));
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/\[([A-Z]{2}-\d)\]/g)].map((m) => m[1] ?? '')),
  );
}

test('every requirement is proven by a test that cites it, or listed as not built yet', () => {
  const cited = citedIds();
  const ids = Object.keys(REQUIREMENTS) as RequirementId[];
  expect(ids.filter((id) => !cited.has(id) && !NOT_YET.includes(id))).toEqual([]);
});

test('nothing proven is still listed as not built', () => {
  const cited = citedIds();
  expect(NOT_YET.filter((id) => cited.has(id))).toEqual([]);
});

test('no test cites a requirement that does not exist', () => {
  const unknown = [...citedIds()].filter((id) => !(id in REQUIREMENTS));
  expect(unknown).toEqual([]);
});
