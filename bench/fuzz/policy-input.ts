import type { Random } from './random';

const PARTS = [
  'a',
  'b',
  'com',
  'example',
  'B',
  '1',
  '0x7f',
  '010',
  'xn--e1a',
  '*',
  '.',
  '..',
  '/',
  '//',
  '\\',
  '%2e',
  '%2F',
  '%252e',
  '%00',
  '%zz',
  '%',
  '?',
  '#',
  '@',
  ':',
  ':80',
  ':99999',
  '[::1]',
  '[',
  ']',
  '::',
  ';x',
  ' ',
  '\t',
  '\n',
  '\r',
  '\u0000',
  'é',
  '😀',
  '\ud800',
  '-',
  '_',
  ',',
  '=',
  'method=',
  'domain=',
  'path=',
  'GET',
  'get',
  'http://',
  'https://',
  'ftp://',
  '://',
  '127.0.0.1',
  '169.254.169.254',
  '\u3002',
  '%E3%80%82',
] as const;

const YAML_PARTS = [
  'apiVersion: aigov/v1\n',
  'name: x\n',
  'network:\n',
  '  allow:\n',
  '    - ',
  '    - "domain=a.com"\n',
  '  allow: ["',
  '"]',
  '{',
  '}',
  '[',
  ']',
  ': ',
  ', ',
  '\n',
  '  ',
  '\t',
  '- ',
  '&a ',
  '*a',
  '<<: *a\n',
  '!!binary ',
  '!x ',
  '|\n',
  '>\n',
  '---\n',
  '...\n',
  '# c\n',
  '"',
  "'",
  '\\x',
  '\u0000',
  '\ufeff',
  'allowlist:\n',
  'proxy_port: 1\n',
  '? ',
  'commands: { mode: { "*": off } }\n',
  '__proto__: 1\n',
  '~',
  'null',
  '1e999',
  'budgets: [{ scope: user }]\n',
  '%YAML 1.1\n',
] as const;

function join(random: Random, parts: readonly string[], most: number): string {
  return Array.from({ length: random.below(most) }, () => random.pick(parts)).join('');
}

/** Now and then one part many times over: where quadratic readers show. */
function repeat(random: Random, parts: readonly string[], most: number): string {
  return random.pick(parts).repeat(1 + random.below(most)) + random.pick(parts);
}

/** A text that is nearly a rule. */
export function ruleInput(random: Random): string {
  if (random.below(2_000) === 0) return repeat(random, PARTS, 5_000);
  const keys = Array.from(
    { length: random.below(4) },
    () => random.pick(['method=', 'domain=', 'path=/', '']) + join(random, PARTS, 6),
  );
  return keys.join(random.pick([' ', ' ', '', '\t']));
}

/** A text that is nearly a URL. */
export function urlInput(random: Random): string {
  if (random.below(2_000) === 0) return repeat(random, PARTS, 5_000);
  const scheme = random.pick(['https://', 'http://', '', 'x:', '//']);
  const host = random.pick(['a.com', 'b.example', 'a.b.com', '10.0.0.1', join(random, PARTS, 5)]);
  return `${scheme}${host}${random.pick(['', '/', '/a/b', ':443/x'])}${join(random, PARTS, 6)}`;
}

/** A rule both dialects take, over few names, so that rules and requests meet. */
export function lawfulRule(random: Random): string {
  const label = () => random.pick(['a', 'b', '*', 'com']);
  const host = [
    ...Array.from({ length: random.below(3) }, label),
    random.pick(['com', 'example']),
  ].join('.');
  const path = Array.from({ length: 1 + random.below(2) }, () =>
    random.pick(['a', 'b', 'x', '*']),
  ).join('/');
  const keys = [
    random.pick(['', '', 'method=GET', 'method=POST,GET']),
    random.pick([`domain=${host}`, `domain=${host}`, '']),
    random.pick(['', `path=/${path}`]),
  ];
  return keys.filter(Boolean).join(' ') || 'domain=*';
}

/** A text that is nearly a policy. */
export function yamlInput(random: Random): string {
  if (random.below(1_000) === 0) return repeat(random, YAML_PARTS, 300);
  return join(random, YAML_PARTS, 24);
}
