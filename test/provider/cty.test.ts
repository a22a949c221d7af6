import { fc, test as property } from '@fast-check/jest';
import {
  canonicalText,
  decodeValue,
  Dynamic,
  encodeValue,
  parseJsonValue,
  UNKNOWN,
  type CtyType,
  type CtyValue,
} from '../../provider/plugin';

/** A type and a value of it. */
interface Typed {
  readonly type: CtyType;
  readonly value: CtyValue;
}

const key = fc.string().filter((text) => text !== '__proto__');
const scalar: fc.Arbitrary<CtyType> = fc.constantFrom('string', 'number', 'bool');
const { type: typeArbitrary } = fc.letrec<{ type: CtyType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.tuple(fc.constantFrom('list' as const, 'set' as const, 'map' as const), tie('type')),
    fc.tuple(fc.constant('tuple' as const), fc.array(tie('type'), { maxLength: 3 })),
    fc.tuple(fc.constant('object' as const), fc.dictionary(key, tie('type'), { maxKeys: 3 })),
  ),
}));

function valueOf(type: CtyType, mayBeUnknown: boolean): fc.Arbitrary<CtyValue> {
  const special = mayBeUnknown ? fc.constantFrom(null, UNKNOWN) : fc.constant(null);
  return fc.oneof(
    { weight: 1, arbitrary: special },
    { weight: 6, arbitrary: known(type, mayBeUnknown) },
  );
}

function known(type: CtyType, mayBeUnknown: boolean): fc.Arbitrary<CtyValue> {
  const inner = (each: CtyType) => valueOf(each, mayBeUnknown);
  if (type === 'string') return fc.string({ unit: 'grapheme' });
  if (type === 'bool') return fc.boolean();
  if (type === 'number') return fc.oneof(fc.maxSafeInteger(), fc.bigInt().map(narrowed));
  if (type === 'dynamic') return fc.constant(null);
  if (type[0] === 'tuple') return fc.tuple(...type[1].map(inner));
  if (type[0] === 'object') {
    return fc.record(Object.fromEntries(Object.entries(type[1]).map(([k, t]) => [k, inner(t)])));
  }
  if (type[0] === 'map') return fc.dictionary(key, inner(type[1]), { maxKeys: 4 });
  return fc.array(inner(type[1]), { maxLength: 4 });
}

function narrowed(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const typed = (mayBeUnknown: boolean): fc.Arbitrary<Typed> =>
  typeArbitrary.chain((type) => valueOf(type, mayBeUnknown).map((value) => ({ type, value })));

property.prop([typed(true)])(
  'a value survives the wire, unknown parts included',
  ({ type, value }) => {
    const back = decodeValue(encodeValue(value, type), type);
    expect(canonicalText(back, type)).toBe(canonicalText(value, type));
  },
);

property.prop([typed(true)])('a value of type any keeps its own type', ({ type, value }) => {
  const back = decodeValue(encodeValue(new Dynamic(type, value), 'dynamic'), 'dynamic');
  expect(back).toBeInstanceOf(Dynamic);
  expect((back as Dynamic).type).toEqual(type);
  expect(canonicalText(back, 'dynamic')).toBe(canonicalText(new Dynamic(type, value), 'dynamic'));
});

function toJson(value: CtyValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${(value as CtyValue[]).map(toJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([k, v]) => `${JSON.stringify(k)}:${toJson(v as CtyValue)}`,
  );
  return `{${members.join(',')}}`;
}

property.prop([typed(false)])('JSON state keeps every digit of every number', ({ type, value }) => {
  expect(canonicalText(parseJsonValue(toJson(value), type), type)).toBe(canonicalText(value, type));
});

interface Case {
  readonly hex: string;
  readonly type: CtyType;
  readonly value: CtyValue;
  readonly why: string;
}

/** Bytes as Terraform 1.11 sends them. */
test.each<Case>([
  { hex: 'd40000', type: 'string', value: UNKNOWN, why: 'unknown' },
  { hex: 'c7030c8101c2', type: 'string', value: UNKNOWN, why: 'refined unknown (not null)' },
  { hex: 'c0', type: ['list', 'string'], value: null, why: 'null list' },
  { hex: 'cf0020000000000001', type: 'number', value: 9007199254740993n, why: 'over 2^53' },
  { hex: 'cb3ff8000000000000', type: 'number', value: 1.5, why: 'float' },
  { hex: 'a3312e35', type: 'number', value: '1.5', why: 'decimal text' },
  {
    hex: '81a161a162',
    type: ['object', { a: 'string', c: 'bool' }],
    value: { a: 'b', c: null },
    why: 'attribute left out',
  },
  {
    hex: '92c40822737472696e6722a178',
    type: 'dynamic',
    value: new Dynamic('string', 'x'),
    why: 'any',
  },
])('decodes $why', ({ hex, type, value }) => {
  expect(decodeValue(Buffer.from(hex, 'hex'), type)).toEqual(value);
});

test.each<Case>([
  { hex: 'd40000', type: 'number', value: UNKNOWN, why: 'unknown as extension 0' },
  { hex: 'cf0020000000000001', type: 'number', value: 9007199254740993n, why: 'uint64' },
  { hex: 'cf0000010000000000', type: 'number', value: 2 ** 40, why: 'large but safe as integer' },
  {
    hex: 'b5313030303030303030303030303030303030303030',
    type: 'number',
    value: 10n ** 20n,
    why: 'over 64 bits as text',
  },
  {
    hex: '82a161c0a16201',
    type: ['object', { b: 'number', a: 'string' }],
    value: { b: 1 },
    why: 'keys sorted, all present',
  },
])('encodes $why', ({ hex, type, value }) => {
  expect(Buffer.from(encodeValue(value, type)).toString('hex')).toBe(hex);
});

test('a value that does not fit its type is refused with its place', () => {
  const type: CtyType = ['object', { list: ['list', ['object', { port: 'number' }]] }];
  expect(() => parseJsonValue('{"list":[{"port":1},{"port":true}]}', type)).toThrow(
    expect.objectContaining({ code: 'PROVIDER_VALUE_TYPE', at: 'list[1].port' }),
  );
});
