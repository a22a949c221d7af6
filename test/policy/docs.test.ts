import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..', '..');

function reasonsInSource(type: string): readonly string[] {
  const source = readFileSync(join(ROOT, 'policy', 'decision.ts'), 'utf8');
  const body = new RegExp(`type ${type} =([^;]*);`).exec(source)?.[1] ?? '';
  return [...body.matchAll(/'([a-z_]+)'/g)].map((match) => match[1] ?? '');
}

test('docs/policy.md lists every reason of a decision, and no other', () => {
  const page = readFileSync(join(ROOT, 'docs', 'policy.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([a-z_]+)` +\| (?:allow|deny)/gm)].map(
    (match) => match[1],
  );
  const known = [...reasonsInSource('DenyReason'), ...reasonsInSource('AllowReason')];
  expect(known.length).toBeGreaterThan(10);
  expect(new Set(listed)).toEqual(new Set(known));
});
