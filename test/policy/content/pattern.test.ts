import { fc, test as property } from '@fast-check/jest';
import { CharSet } from '../../../policy/content/char-set';
import { parsePattern, PatternFault } from '../../../policy/content/pattern';
import { createSearch, EmptyPattern, type Span } from '../../../policy/content/search';

function spansOf(patterns: readonly string[], text: string): readonly Span[] {
  return createSearch(patterns.map(parsePattern))?.find(text) ?? [];
}

/** Everything any match covers, the slow way: every beginning, every end. */
function naiveSpans(pattern: string, text: string): readonly (readonly [number, number])[] {
  const covered: [number, number][] = [];
  const whole = new RegExp(`^(?:${pattern.replaceAll('\\b', '')})$`);
  for (let end = 1; end <= text.length; end += 1)
    for (let start = 0; start < end; start += 1) {
      if (!whole.test(text.slice(start, end))) continue;
      const before = covered.at(-1);
      if (before !== undefined && start <= before[1]) {
        before[0] = Math.min(before[0], start);
        before[1] = end;
      } else covered.push([start, end]);
      break;
    }
  return covered;
}

/** Patterns of the language, as texts. */
const pattern: fc.Arbitrary<string> = fc.letrec<{ any: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', 'c', '[ab]', '[^a]', '.', '\\d', '\\w', '\\.'),
    tie('any').map((inner) => `(?:${inner})`),
  ),
  any: fc.oneof(
    { depthSize: 'small' },
    tie('atom'),
    fc
      .tuple(tie('atom'), fc.constantFrom('?', '*', '+', '{2}', '{1,3}', '{0,2}', '{2,}'))
      .map(([atom, times]) => `(?:${atom})${times}`),
    fc.tuple(tie('any'), tie('any')).map((two) => two.join('')),
    fc.tuple(tie('any'), tie('any')).map((two) => `(?:${two.join('|')})`),
  ),
})).any;

property.prop(
  [pattern, fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '.', '\n'), maxLength: 12 })],
  {
    numRuns: 1000,
  },
)('finds exactly what JavaScript’s own expressions match', (text, subject) => {
  const expected = naiveSpans(text, subject);
  try {
    const found = spansOf([text], subject).map(({ start, end }) => [start, end]);
    expect(found).toEqual(expected);
  } catch (error) {
    if (!(error instanceof EmptyPattern)) throw error;
    // It would match the empty text, so everywhere.
    expect(new RegExp(`^(?:${text})$`).test('')).toBe(true);
  }
});

property.prop([
  pattern,
  pattern,
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength: 12 }),
])('rules searched for together find what each finds alone', (one, other, subject) => {
  try {
    const alone = [spansOf([one], subject), spansOf([other], subject)];
    const together = spansOf([one, other], subject);
    const ofRule = (rule: number) =>
      together.filter((span) => span.rule === rule).map((span) => ({ ...span, rule: 0 }));
    expect([ofRule(0), ofRule(1)]).toEqual(alone);
  } catch (error) {
    if (!(error instanceof EmptyPattern)) throw error;
  }
});

test.each([
  {
    pattern: '\\bkey\\b',
    text: 'key monkey key.',
    found: [
      [0, 3],
      [11, 14],
    ],
  },
  { pattern: 'é+', text: 'caféé', found: [[3, 5]] },
  { pattern: '\\u00e9', text: 'é', found: [[0, 1]] },
  { pattern: '[^\\s]+@x', text: 'a b@x', found: [[2, 5]] },
  { pattern: 'ab|abc', text: 'abc', found: [[0, 3]] },
  { pattern: '\\x41\\n', text: 'A\n', found: [[0, 2]] },
  {
    pattern: '[\\]a-]',
    text: ']x-',
    found: [
      [0, 1],
      [2, 3],
    ],
  },
])('$pattern finds its places in $text', ({ pattern: text, text: subject, found }) => {
  expect(spansOf([text], subject).map(({ start, end }) => [start, end])).toEqual(found);
});

test.each([
  { pattern: '(a', at: 0, says: 'unmatched (' },
  { pattern: 'a)', at: 1, says: 'unmatched )' },
  { pattern: '[a', at: 0, says: 'unmatched [' },
  { pattern: 'x(?=y)', at: 1, says: 'look-around' },
  { pattern: '(?<n>y)', at: 0, says: 'named groups' },
  { pattern: '(a)\\1', at: 3, says: 'back-references' },
  { pattern: 'a**', at: 2, says: 'repetition of a repetition' },
  { pattern: 'a+?', at: 2, says: 'repetition of a repetition' },
  { pattern: '*a', at: 0, says: 'nothing to repeat' },
  { pattern: 'a{3,2}', at: 1, says: 'ends before it begins' },
  { pattern: 'a{1001}', at: 1, says: 'more than 1000' },
  { pattern: '^a', at: 0, says: 'an end of the text' },
  { pattern: 'a$', at: 1, says: 'an end of the text' },
  { pattern: '\\q', at: 0, says: 'not known' },
  { pattern: '\\u00', at: 0, says: 'broken escape' },
  { pattern: '[z-a]', at: 1, says: 'broken range' },
  { pattern: 'a{', at: 1, says: 'must be written' },
])('$pattern is no pattern: $says', ({ pattern: text, at, says }) => {
  let fault: unknown;
  try {
    parsePattern(text);
  } catch (error) {
    fault = error;
  }
  expect(fault).toBeInstanceOf(PatternFault);
  expect(fault).toMatchObject({ at, message: expect.stringContaining(says) as string });
});

test('a pattern that becomes too large is none', () => {
  expect(createSearch([parsePattern('a{1000}')])).toBeDefined();
  expect(createSearch([parsePattern('(?:a{1000}){5}')])).toBeUndefined();
});

/** Work of one search: how often its program asks whether a character belongs to a set. */
function workOf(pattern: string, text: string): number {
  const has = jest.spyOn(CharSet.prototype, 'has');
  try {
    spansOf([pattern], text);
    return has.mock.calls.length;
  } finally {
    has.mockRestore();
  }
}

/** Expressions on which backtracking takes squares, cubes or powers of the text's length. */
test.each([
  { pattern: '(?:a+)+b', text: 'a' },
  { pattern: '(?:a|a)*b', text: 'a' },
  { pattern: '(?:a?){30}a{30}b', text: 'a' },
  { pattern: '[a-z]+\\d', text: 'a' },
  { pattern: 'a(?:.*z)?', text: 'a' },
  { pattern: '\\w*x\\w*y\\w*z', text: 'xy' },
])(
  '$pattern looks at each character of a hostile text the same number of times',
  ({ pattern, text }) => {
    const [short, long] = [workOf(pattern, text.repeat(500)), workOf(pattern, text.repeat(5000))];
    expect(long).toBeLessThan(short * 11);
  },
);
