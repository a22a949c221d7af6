import { fc, test as property } from '@fast-check/jest';
import { MAX_LISTED_FINDINGS, screenBody } from '../../../gateway/content/screen-body';
import { isSaid } from '../../../gateway/content/sent-text';
import { patchBytes } from '../../../gateway/json/patch-bytes';
import { bytesOfPlaces, readString, walkStrings } from '../../../gateway/json/walk-strings';
import { compilePolicy, type ContentAction, type ContentFinder } from '../../../policy';

function finderOf(pattern: string, action: ContentAction = 'mask'): ContentFinder {
  const patterns = [{ id: 'ticket', pattern, action }];
  const content = { outbound: { patterns } };
  const { outbound } = compilePolicy([{ apiVersion: 'aigov/v1', name: 'org', content }]).content;
  if (outbound === undefined) throw new Error('no finder');
  return outbound;
}

/** Every string value of parsed JSON, with its path, in the order of the text. */
function stringsOf(value: unknown, path: readonly (string | number)[] = []): readonly string[] {
  if (typeof value === 'string') return [JSON.stringify([path, value])];
  if (Array.isArray(value)) return value.flatMap((item, i) => stringsOf(item, [...path, i]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => stringsOf(item, [...path, key]));
}

const notAnIndex = fc
  .string()
  .filter((key) => !/^(?:0|[1-9]\d*)$/.test(key) && key !== '__proto__');
const json = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.constantFrom(null, true, 1.5e3, '\\', '"', '\\"', 'a\\\\'),
    fc.array(tie('any')),
    fc.dictionary(notAnIndex, tie('any')),
  ),
})).any;

property.prop([json, fc.constantFrom(undefined, 1, '\t')])(
  'walks the strings a parser finds, wherever they stand',
  (value, indent) => {
    const bytes = Buffer.from(JSON.stringify(value, undefined, indent));
    const walked: string[] = [];
    walkStrings(bytes, (path, start, end) =>
      walked.push(JSON.stringify([path, readString(bytes, start, end)])),
    );
    expect(walked).toEqual(stringsOf(JSON.parse(bytes.toString('utf8'))));
  },
);

/** A JSON string in which each character is spelled in one of the ways JSON has. */
const spelled = fc
  .array(fc.tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.nat(2)))
  .map((chars) =>
    chars.map(([char, how]) => {
      const units = Array.from({ length: char.length }, (_, i) => char.charCodeAt(i));
      const escapes = units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
      return how === 0 ? escapes : JSON.stringify(char).slice(1, -1);
    }),
  );

property.prop([spelled, spelled, spelled])(
  'places in a text are found in its bytes, however it is spelled',
  (...parts) => {
    const [before = '', middle = '', after = ''] = parts.map((part) => part.join(''));
    const bytes = Buffer.from(`"${before}${middle}${after}"`);
    const textOf = (raw: string) => JSON.parse(`"${raw}"`) as string;
    const places = [textOf(before).length, textOf(before + middle).length];
    const expected = [1 + Buffer.byteLength(before), 1 + Buffer.byteLength(before + middle)];
    expect(bytesOfPlaces(bytes, 1, bytes.length - 1, places)).toEqual(expected);
  },
);

property.prop([
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(undefined, 2),
])('masking changes what was found and not one byte beside it', (before, after, indent) => {
  const [left, right] = [before.replaceAll('T-', ''), after.replaceAll('T-', '')].map(
    (text) => `${text} `,
  );
  const body = (word: string) =>
    Buffer.from(
      JSON.stringify({ z: [1, { text: `${left}${word} ${right}` }], a: left }, undefined, indent),
    );
  const { body: masked } = screenBody(finderOf('\\bT-\\d+'), body('T-123'), true);
  expect(masked).toEqual(body('[ticket-1]'));
});

test('one secret has one name, in the order of appearance', () => {
  const said = { messages: [{ content: 'T-2 and T-1' }, { content: 'T-1, T-3' }] };
  const { body } = screenBody(finderOf('T-\\d'), Buffer.from(JSON.stringify(said)), true);
  expect(JSON.parse(String(body))).toEqual({
    messages: [{ content: '[ticket-1] and [ticket-2]' }, { content: '[ticket-2], [ticket-3]' }],
  });
});

test('an escaped secret is found, and its place is told without it', () => {
  const bytes = Buffer.from('{"messages":[{"content":[{"text":"\\u00e9: \\u0054-\\u0031!"}]}]}');
  const screened = screenBody(finderOf('T-\\d'), bytes, true);
  expect(String(screened.body)).toBe(
    '{"messages":[{"content":[{"text":"\\u00e9: [ticket-1]!"}]}]}',
  );
  expect(screened.findings).toEqual([
    {
      rule: 'ticket',
      layer: 'org',
      action: 'mask',
      at: '/messages/0/content/0/text',
      start: 3,
      length: 3,
    },
  ]);
});

test('bytes that are no UTF-8 do not hide a secret', () => {
  const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from(' T-1"}')]);
  const { body } = screenBody(finderOf('T-\\d'), bytes, true);
  expect(String(body)).toBe('{"a":"\ufffd [ticket-1]"}');
});

test.each([
  { action: 'record' as const, isEnforced: true, masked: false, blocking: false },
  { action: 'mask' as const, isEnforced: true, masked: true, blocking: false },
  { action: 'block' as const, isEnforced: true, masked: false, blocking: true },
  { action: 'mask' as const, isEnforced: false, masked: false, blocking: false },
  { action: 'block' as const, isEnforced: false, masked: false, blocking: false },
])(
  '$action, enforced $isEnforced: masked $masked, blocking $blocking',
  ({ action, isEnforced, masked, blocking }) => {
    const body = Buffer.from('{"input":"T-1"}');
    const screened = screenBody(finderOf('T-\\d', action), body, isEnforced);
    expect([screened.count, screened.body !== undefined, screened.blocking !== undefined]).toEqual([
      1,
      masked,
      blocking,
    ]);
  },
);

test('findings listed are bounded, all are counted, and a late one still blocks', () => {
  const text = Array.from({ length: MAX_LISTED_FINDINGS + 5 }, (_, i) => `T-${i}`).join(' ');
  const body = Buffer.from(JSON.stringify({ text }));
  const { count, findings } = screenBody(finderOf('T-\\d+'), body, true);
  expect([count, findings.length]).toEqual([MAX_LISTED_FINDINGS + 5, MAX_LISTED_FINDINGS]);
  const patterns = [
    { id: 'many', pattern: 'T-\\d+', action: 'record' as const },
    { id: 'last', pattern: `T-${MAX_LISTED_FINDINGS + 4}\\b`, action: 'block' as const },
  ];
  const layer = {
    apiVersion: 'aigov/v1',
    name: 'org',
    content: { outbound: { patterns } },
  } as const;
  const both = compilePolicy([layer]).content.outbound;
  expect(both && screenBody(both, body, true).blocking).toMatchObject({ rule: 'last' });
});

test.each<{ path: readonly (string | number)[]; said: boolean; why: string }>([
  { path: ['messages', 0, 'content'], said: true, why: 'a prompt' },
  { path: ['messages', 0, 'content', 1, 'text'], said: true, why: 'a block of it' },
  { path: ['messages', 0, 'content', 1, 'content', 0, 'text'], said: true, why: 'a tool result' },
  { path: ['messages', 0, 'content', 1, 'input', 'id'], said: true, why: 'a tool’s own argument' },
  {
    path: ['contents', 0, 'parts', 0, 'functionResponse', 'response', 'data'],
    said: true,
    why: 'a tool’s own field',
  },
  { path: ['input', 3, 'output'], said: true, why: 'a tool output of the Responses API' },
  { path: ['input', 3, 'call_id'], said: false, why: 'an id' },
  { path: ['messages', 0, 'content', 0, 'signature'], said: false, why: 'signed by the provider' },
  { path: ['messages', 0, 'content', 0, 'thinking'], said: false, why: 'covered by a signature' },
  { path: ['messages', 0, 'content', 0, 'source', 'data'], said: false, why: 'a file' },
  { path: ['messages', 0, 'content', 0, 'data'], said: false, why: 'redacted thinking' },
  { path: ['model'], said: false, why: 'the model' },
  {
    path: ['messages', 1, 'content', 0, 'toolResult', 'content', 0, 'json', 'name'],
    said: true,
    why: 'a tool result as data, Converse',
  },
  {
    path: ['messages', 1, 'content', 0, 'toolUse', 'input', 'toolUseId'],
    said: true,
    why: 'an argument, whatever its name',
  },
  {
    path: ['messages', 1, 'content', 0, 'toolResult', 'toolUseId'],
    said: false,
    why: 'an id, Converse',
  },
  {
    path: ['messages', 1, 'content', 0, 'reasoningContent', 'reasoningText', 'text'],
    said: false,
    why: 'covered by a signature, Converse',
  },
  { path: ['contents', 0], said: true, why: 'a bare list of texts' },
])('$path is said: $said ($why)', ({ path, said }) => {
  expect(isSaid(path)).toBe(said);
});

property.prop([fc.uint8Array(), fc.array(fc.nat(20), { maxLength: 6 })])(
  'a patch with the bytes that were there changes nothing',
  (array, cuts) => {
    const bytes = Buffer.from(array);
    const places = cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b);
    const edits = Array.from({ length: Math.floor(places.length / 2) }, (_, i) => {
      const [start = 0, end = 0] = places.slice(2 * i, 2 * i + 2);
      return { start, end, bytes: bytes.subarray(start, end) };
    });
    expect(patchBytes(bytes, edits)).toEqual(bytes);
  },
);
