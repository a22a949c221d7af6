import { BUILT_IN_RULES } from '../../policy';
import type { Random } from './random';

const TOKENS = [
  'rm',
  ' -rf ',
  ' / ',
  '~',
  '*',
  'sudo ',
  'bash -c ',
  "'",
  '"',
  '`',
  '$(',
  ')',
  '${',
  '}',
  '{',
  '(',

  '; ',
  ' && ',
  ' || ',
  ' | ',
  ' & ',
  '\n',
  '<<E\n',
  'E\n',
  '<<<',
  ' > ',
  '2>&1',
  '$X',
  '$@',
  '"$@"',

  'X=',
  'for x in ',
  '; do ',
  'done',
  'if ',
  'then ',
  'fi',
  'while ',
  'case ',
  ' in ',
  ';;',
  'esac',

  'f() ',
  'f',
  'eval ',
  'xargs ',
  'find . ',
  '-exec ',
  ' {} ',
  '\\;',
  '\\',
  '$((',
  '))',
  '[[ ',
  ' ]]',

  '{a,b}',
  '{1..9}',
  '!(x)',
  '[a-z]',
  '?',
  "$'\\x2f'",
  '#',
  '\t',
  '\0',
  '\u00e9',
  '\u{1f600}',
  ',',
  '=',

  'python3 -c ',
  'git push -f ',
  'env -S ',
  'watch ',
  'cd ..',
  'psql -c ',
  'DROP TABLE a',
  'alias x=',
  '%',
];
const SEEDS = BUILT_IN_RULES.flatMap(({ match, notMatch }) => [...match, ...notMatch]);
const MAX_REPEATS = 3000;

function tokens(random: Random): string {
  return Array.from({ length: 1 + random.below(40) }, () => random.pick(TOKENS)).join('');
}

function mutated(random: Random): string {
  let text = random.pick(SEEDS);
  for (let change = random.below(6); change >= 0; change -= 1) {
    const at = random.below(text.length + 1);
    const cut = random.below(3) === 0 ? random.below(8) : 0;
    const added = random.below(4) === 0 ? random.pick(SEEDS) : random.pick(TOKENS);
    text = text.slice(0, at) + added + text.slice(at + cut);
  }
  return text;
}

/** What makes parsers slow: the same few tokens again and again. */
function repeated(random: Random): string {
  const unit = random.pick(TOKENS) + (random.below(2) === 0 ? random.pick(TOKENS) : '');
  return random.pick(SEEDS).slice(0, random.below(20)) + unit.repeat(1 + random.below(MAX_REPEATS));
}

function noise(random: Random): string {
  const length = random.below(200);
  return String.fromCodePoint(...Array.from({ length }, () => random.below(0x250)));
}

/** One input: a mutated example, a string of shell tokens, noise, or now and then a long repetition. */
export function shellInput(random: Random): string {
  const kind = random.below(200);
  if (kind < 90) return mutated(random);
  if (kind < 170) return tokens(random);
  return kind < 199 ? noise(random) : repeated(random);
}
