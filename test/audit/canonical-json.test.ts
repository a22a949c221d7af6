import { fc, test as property } from '@fast-check/jest';
import { canonicalJson } from '../../audit';

interface Case {
  readonly value: unknown;
  readonly text: string;
  readonly why: string;
}

test.each<Case>([
  { value: -0, text: '0', why: 'minus zero is zero' },
  { value: 1e21, text: '1e+21', why: 'ECMAScript switches to exponents at 1e21' },
  { value: 1e-7, text: '1e-7', why: 'and below 1e-6' },
  { value: Number('333333333.33333329'), text: '333333333.3333333', why: 'RFC 8785 §3.2.2.3' },
  { value: 9007199254740994, text: '9007199254740994', why: 'beyond safe integers' },
  { value: 5e-324, text: '5e-324', why: 'the smallest number' },
  {
    value: '\u20ac$\u000f\nA\'B"\\\\"/',
    text: '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"',
    why: 'RFC 8785 §3.2.2.2',
  },
  { value: '\u2028', text: '"\u2028"', why: 'line separators stay' },
  {
    value: { b: 1, a: undefined, c: null },
    text: '{"b":1,"c":null}',
    why: 'undefined members are left out',
  },
  { value: [], text: '[]', why: 'empty array' },
  {
    value: { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 },
    text: '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    why: 'RFC 8785 §3.2.3: sorted by UTF-16 code units',
  },
])('$text: $why', ({ value, text }) => {
  expect(canonicalJson(value)).toBe(text);
});

test.each([
  { value: Number.NaN },
  { value: Number.POSITIVE_INFINITY },
  { value: 'a\ud800b' },
  { value: { '\udc00': 1 } },
  { value: [undefined] },
  { value: 1n },
  { value: () => 1 },
])('refuses $value', ({ value }) => {
  expect(() => canonicalJson(value)).toThrow(
    expect.objectContaining({ code: 'CANONICAL_JSON_INVALID' }),
  );
});

const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });

property.prop([json])('parses back to the same value', (value) => {
  const text = canonicalJson(value);
  expect(canonicalJson(JSON.parse(text))).toBe(text);
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
});

property.prop([fc.dictionary(fc.string(), json), fc.infiniteStream(fc.nat())])(
  'does not depend on the order of members',
  (object, numbers) => {
    const shuffled = Object.entries(object)
      .map((pair) => ({ pair, rank: numbers.next().value }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ pair }) => pair);
    expect(canonicalJson(Object.fromEntries(shuffled))).toBe(canonicalJson(object));
  },
);
