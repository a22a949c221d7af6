import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..', '..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

function blockAfter(name: string, language: string): string | undefined {
  const from = readme.indexOf(`\`${name}\``);
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\n\`\`\``).exec(readme.slice(from))?.[1];
}

test.each([
  { file: 'examples/quickstart/main.ts', language: 'ts' },
  { file: 'examples/quickstart/policy.yaml', language: 'yaml' },
])('the README shows $file as it is', ({ file, language }) => {
  expect(blockAfter(file, language)).toBe(readFileSync(join(ROOT, file), 'utf8').trimEnd());
});

test('every page a document links to is there', () => {
  const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)];
  const dead = pages.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((m) => m[1] ?? '');
    return links
      .filter((link) => !existsSync(join(ROOT, page, '..', link)))
      .map((link) => `${page} → ${link}`);
  });
  expect(dead).toEqual([]);
});
