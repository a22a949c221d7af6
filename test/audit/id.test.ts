import { fc, test as property } from '@fast-check/jest';
import { createIdSource, newId } from '../../audit';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('an id is a UUIDv7 of its millisecond', () => {
  const id = newId(() => 0x0123456789ab);
  expect(id).toMatch(UUID_V7);
  expect(id.slice(0, 13)).toBe('01234567-89ab');
});

test('ten thousand ids of one millisecond are distinct and in order', () => {
  const next = createIdSource(() => 1_700_000_000_000);
  const ids = Array.from({ length: 10_000 }, next);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

property.prop([fc.array(fc.integer({ min: 0, max: 2 ** 47 }), { minLength: 2, maxLength: 50 })])(
  'ids of one source increase whatever the clock does',
  (times) => {
    let at = 0;
    const next = createIdSource(() => times[at++] ?? 0);
    const ids = times.map(next);
    for (const id of ids) expect(id).toMatch(UUID_V7);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  },
);
