import { fc, test as property } from '@fast-check/jest';
import { canonicalJson, type NewRecord } from '../../audit';
import { emptyChain, headOf, linkRecord, placeFault, readLine } from '../../audit/chain';
import { prepareRecord } from '../../audit/prepare';
import { ADA, event, nextId, WORKSPACE } from './harness';

const UID = '0ed96915-d860-4209-a15b-7d19e37308a7';

/** Records with any mix of fields, also with text no well-behaved writer would give. */
const anyRecord: fc.Arbitrary<NewRecord> = fc
  .record(
    {
      kind: fc.constantFrom('egress', 'command', 'interception'),
      phase: fc.constantFrom('open', 'close', 'event'),
      actor: fc.constant(ADA),
      workspace: fc.constant(WORKSPACE),
      client: fc.string({ unit: 'binary' }),
      sessionId: fc.string(),
      data: fc.dictionary(
        fc.string({ unit: 'binary' }),
        fc.oneof(fc.string({ unit: 'binary' }), fc.double()),
      ),
      content: fc.dictionary(fc.string(), fc.string({ unit: 'binary' })),
    },
    { requiredKeys: ['kind', 'phase', 'data'] },
  )
  .map((fields) => ({ ...(fields as NewRecord), id: nextId() }));

property.prop([anyRecord])(
  'a linked line is the canonical JSON of its record and reads back intact',
  (input) => {
    const { record, line } = linkRecord(prepareRecord(input, 1_700_000_000_123), emptyChain(UID));
    expect(line).toBe(canonicalJson(record));
    expect(readLine(line)).toEqual({ record: JSON.parse(line) });
    expect(record.time).toBe('2023-11-14T22:13:20.123Z');
  },
);

property.prop([anyRecord, fc.nat(), fc.integer({ min: 1, max: 255 })])(
  'any changed byte of a line is seen',
  (input, at, mask) => {
    const { line } = linkRecord(prepareRecord(input, 0), emptyChain(UID));
    const bytes = Buffer.from(line);
    const index = at % bytes.length;
    bytes.writeUInt8(bytes.readUInt8(index) ^ mask, index);
    expect(readLine(bytes.toString('utf8'))).toHaveProperty('fault');
  },
);

test('content never enters the record, only its hash does', () => {
  const prepared = prepareRecord(event({ content: { prompt: 'abc' } }), 0);
  const { line } = linkRecord(prepared, emptyChain(UID));
  expect(line).not.toContain('"abc"');
  expect(prepared.record.contentHashes).toEqual({
    prompt: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', // FIPS 180-4, "abc"
  });
});

test.each([
  { seq: 5, prev: 'right', fault: 'missing', why: 'a place was skipped' },
  { seq: 1, prev: 'right', fault: 'out_of_order', why: 'the place is taken' },
  { seq: 2, prev: 'wrong', fault: 'prev_mismatch', why: 'another record stood before it' },
  { seq: 2, prev: 'right', fault: undefined, why: 'it follows' },
])('placeFault is $fault: $why', ({ seq, prev, fault }) => {
  const first = linkRecord(prepareRecord(event(), 0), emptyChain(UID)).record;
  const second = linkRecord(prepareRecord(event(), 0), headOf(first)).record;
  const third = linkRecord(prepareRecord(event(), 0), headOf(second)).record;
  const chain = { ...third.chain, seq, ...(prev === 'wrong' ? { prev: 'f'.repeat(64) } : {}) };
  expect(placeFault({ ...third, chain }, headOf(second))).toBe(fault);
});

test.each([
  { part: 'record', input: event({ data: { text: 'x'.repeat(1024 * 1024) } }) },
  {
    part: 'content',
    input: event({ content: { a: 'x'.repeat(40 << 20), b: 'y'.repeat(40 << 20) } }),
  },
])('a $part over its limit is refused', ({ input }) => {
  expect(() => prepareRecord(input, 0)).toThrow(
    expect.objectContaining({ code: 'AUDIT_RECORD_TOO_LARGE' }),
  );
});
