import { fc, test as property } from '@fast-check/jest';
import { namesModelTwice } from '../../gateway/read-request';

test.each<{ text: string; isTwice: boolean; why: string }>([
  { text: '{"model":"a"}', isTwice: false, why: 'once' },
  { text: '{"model":"a","model":"b"}', isTwice: true, why: 'twice' },
  { text: '{"model":"a","tools":[{"model":"b"}]}', isTwice: false, why: 'once and once deeper' },
  { text: '{"model":"a","mod\\u0065l":"b"}', isTwice: true, why: 'once in disguise' },
  { text: '{"model":"a","x":"\\"model\\": {\\"model\\":"}', isTwice: false, why: 'inside a text' },
  { text: '{"x":{"a":[{}]},"model":"a", "model" : 1}', isTwice: true, why: 'after nested values' },
  { text: '{"a":"model","model":"b"}', isTwice: false, why: 'as a value' },
])('$text names its model $why', ({ text, isTwice }) => {
  expect(namesModelTwice(text)).toBe(isTwice);
});

const entries = fc.array(
  fc.tuple(fc.constantFrom('model', 'x', 'messages'), fc.jsonValue({ maxDepth: 2 })),
  { maxLength: 5 },
);

property.prop([entries])('counts exactly the outermost keys', (list) => {
  const text = `{${list.map(([key, value]) => `"${key}":${JSON.stringify(value)}`).join(',')}}`;
  expect(namesModelTwice(text)).toBe(list.filter(([key]) => key === 'model').length > 1);
});
