import { fc, test as property } from '@fast-check/jest';
import { EventStreamParser } from '../../gateway/event-stream/parser';
import { renderMessage } from '../../gateway/event-stream/render';
import { createTap } from '../../gateway/tap';
import { MessageSplitter } from '../../gateway/guard/message-splitter';
import { bedrockConverse } from '../../gateway/providers/bedrock-converse';
import type { RawEvent } from '../../gateway/providers/wire-format';

const message = fc
  .tuple(fc.stringMatching(/^[a-zA-Z-]{1,20}$/), fc.dictionary(fc.string(), fc.jsonValue()))
  .map(([event, payload]) => ({ event, payload, raw: renderMessage(event, payload) }));
const cuts = fc.array(fc.nat({ max: 100_000 }), { maxLength: 8 });

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length];
  return ends.toSorted((a, b) => a - b).map((end, i, all) => bytes.subarray(all[i - 1] ?? 0, end));
}

property.prop([fc.array(message, { maxLength: 8 }), cuts], { numRuns: 500 })(
  'however the bytes are cut, the messages are the same, each with the bytes it came in',
  (messages, places) => {
    const read: RawEvent[] = [];
    const parser = new EventStreamParser((each) => read.push(each));
    const whole = Buffer.concat(messages.map(({ raw }) => raw));
    for (const piece of cutAt(whole, places)) parser.push(piece);
    expect(read.map(({ event, data }) => [event, data])).toEqual(
      messages.map(({ event, payload }) => [event, JSON.stringify(payload)]),
    );
    expect(Buffer.concat(read.map(({ raw }) => raw)).equals(whole)).toBe(true);
    expect(parser.heldBytes).toBe(0);
  },
);

test('a message at the limit is read, one over it ends the reading', () => {
  const sized = (bytes: number) => {
    const empty = renderMessage('e', { x: '' }).length;
    return renderMessage('e', { x: 'y'.repeat(bytes - empty) });
  };
  for (const [bytes, isOverflown] of [
    [1000, false],
    [1001, true],
  ] as const) {
    const read: RawEvent[] = [];
    const parser = new EventStreamParser((each) => read.push(each), 1000);
    parser.push(sized(bytes));
    expect([read.length, parser.isOverflown]).toEqual([isOverflown ? 0 : 1, isOverflown]);
  }
});

const TYPE = ['content-type', 'application/vnd.amazon.eventstream'];

test('garbage is a fault of the tap, and cuts what must be judged', () => {
  const tap = createTap(bedrockConverse, TYPE, 1000);
  tap.push(Buffer.from('this is no event stream at all'));
  expect(tap.facts().tapFault).toBe('unreadable');
  expect(() => new MessageSplitter().push(Buffer.from('this is no event stream'))).toThrow(
    'prelude checksum',
  );
});

test('a stream that ends within a message is cut where it must be judged', () => {
  const splitter = new MessageSplitter();
  splitter.push(renderMessage('e', {}).subarray(0, 20));
  expect(() => splitter.end()).toThrow('within a message');
});
