import { fc, test as property } from '@fast-check/jest';
import { SseParser, type SseEvent } from '../../gateway/sse';

function parse(
  chunks: readonly Buffer[],
  maxLineBytes?: number,
): { events: SseEvent[]; isOverflown: boolean } {
  const events: SseEvent[] = [];
  const parser = new SseParser((event) => events.push(event), maxLineBytes);
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return { events, isOverflown: parser.isOverflown };
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

/** The WHATWG rules on whole text, as slowly and plainly as they read. */
function naiveEvents(text: string): SseEvent[] {
  const events: SseEvent[] = [];
  let event = '';
  let data: string[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (data.length > 0) events.push({ event: event || 'message', data: data.join('\n') });
      event = '';
      data = [];
      continue;
    }
    const [, field = '', value = ''] = /^([^:]*)(?::\x20?(.*))?$/s.exec(line) ?? [];
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
  }
  return events;
}

test.each<{ text: string; events: SseEvent[]; why: string }>([
  { text: 'data: a\n\n', events: [{ event: 'message', data: 'a' }], why: 'default name' },
  {
    text: 'event: x\ndata: a\ndata:b\n\n',
    events: [{ event: 'x', data: 'a\nb' }],
    why: 'two data lines',
  },
  {
    text: 'data: a\r\n\r\ndata: b\r\r',
    events: [
      { event: 'message', data: 'a' },
      { event: 'message', data: 'b' },
    ],
    why: 'CR LF and CR',
  },
  { text: ': comment\n\nid: 1\n\n', events: [], why: 'no data, no event' },
  { text: 'data: a\n', events: [], why: 'never closed by a blank line' },
  { text: '\uFEFFdata: a\n\n', events: [{ event: 'message', data: 'a' }], why: 'byte order mark' },
  { text: 'data\n\n', events: [{ event: 'message', data: '' }], why: 'field without colon' },
  {
    text: 'dataset: a\ndata:  b\n\n',
    events: [{ event: 'message', data: ' b' }],
    why: 'longer field name; one space only',
  },
])('reads $text as $why', ({ text, events }) => {
  expect(parse([Buffer.from(text)]).events).toEqual(events);
});

const streamText = fc
  .array(
    fc.constantFrom(
      'data: ',
      'event: ',
      ':',
      'x',
      'é',
      '👋',
      '\n',
      '\n\n',
      '\r',
      '\r\n',
      '{"a":1}',
      '\uFEFF',
    ),
    {
      maxLength: 60,
    },
  )
  .map((parts) => parts.join(''));

property.prop([streamText, fc.array(fc.nat(), { maxLength: 12 })])(
  'cutting a stream at any bytes gives the events of the slow whole-text parser',
  (text, cuts) => {
    const bytes = Buffer.from(text);
    expect(parse(cutAt(bytes, cuts)).events).toEqual(naiveEvents(text));
  },
);

property.prop([fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(), { maxLength: 6 })])(
  'no bytes make it throw, and cuts change nothing',
  (bytes, cuts) => {
    const whole = Buffer.from(bytes);
    expect(parse(cutAt(whole, cuts))).toEqual(parse([whole]));
  },
);

test('a line of the limit is read, a longer one makes it give up', () => {
  const line = Buffer.from(`data: ${'a'.repeat(94)}`);
  expect(parse([line, Buffer.from('\n\n')], 100).events).toHaveLength(1);
  expect(parse([line, Buffer.from('a'), Buffer.from('\n\n')], 100)).toEqual({
    events: [],
    isOverflown: true,
  });
});
