import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type * as Generate from '../../constructs/generate';

const ROOT = resolve(__dirname, '..', '..');

test('the committed bindings are what the schemas generate', async () => {
  // loaded late: it looks for a terraform as soon as it is, and talks about it
  const { generateBindings } = jest.requireActual<typeof Generate>('../../constructs/generate');
  const files = await generateBindings(ROOT);
  expect(
    [...files.keys()].filter((file) => /^coder\/(agent|env|script)\/index/.test(file)),
  ).toHaveLength(3);
  const differing = [...files].filter(
    ([file, text]) => readFileSync(join(ROOT, 'constructs', file), 'utf8') !== text,
  );
  expect(differing.map(([file]) => file)).toEqual([]);
});
