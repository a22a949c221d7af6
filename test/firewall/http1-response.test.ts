import { fc, test as property } from '@fast-check/jest';
import { UpstreamError } from '../../firewall/egress/dial';
import { requestHead } from '../../firewall/egress/http1-request';
import { ResponseReader } from '../../firewall/egress/http1-response';

const LIMIT = 1_024;

interface Read {
  readonly heads: readonly string[];
  readonly body: string;
  readonly trailers?: readonly string[] | undefined;
  readonly beyond: string;
  /** Of the connection, by the last head. */
  readonly isKept: boolean;
}

function read(pieces: readonly Buffer[], method = 'GET', isClosed = false): Read {
  const heads: string[] = [];
  let body = '';
  let trailers: readonly string[] | undefined;
  let beyond = '';
  let isKept = false;
  const reader = new ResponseReader(method, LIMIT, {
    information: ({ status }) => heads.push(`${status}`),
    head(head) {
      heads.push(`${head.status} ${head.reason} ${head.rawHeaders.join('|')}`);
      isKept = head.isKept;
    },
    body: (piece) => (body += piece.toString('latin1')),
    end: (fields) => (trailers = fields),
  });
  for (const piece of pieces) beyond += reader.push(piece).toString('latin1');
  if (isClosed && !reader.close()) throw new Error('cut');
  return { heads, body, trailers, beyond, isKept };
}

interface Case {
  readonly why: string;
  readonly text: string;
  readonly method?: string;
  readonly isClosed?: boolean;
  readonly expected: Partial<Read>;
}

const CASES: readonly Case[] = [
  {
    why: 'a length',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
    expected: { heads: ['200 OK Content-Length|2'], body: 'hi', trailers: [], isKept: true },
  },
  {
    why: 'what follows the end is not part of it',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n',
    expected: { body: 'hi', beyond: 'HTTP/1.1 200 OK\r\n' },
  },
  {
    why: 'chunks with an extension and trailers',
    text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n',
    expected: { body: 'abc0123456789', trailers: ['X-Sum', '1'] },
  },
  {
    why: 'no reason phrase, white space around a value, a folded line',
    text: 'HTTP/1.1 204\r\nA: \t x \t\r\nB: y\r\n  z\r\n\r\n',
    expected: { heads: ['204  A|x|B|y z'], trailers: [] },
  },
  {
    why: 'informational answers before the final one',
    text: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    expected: { heads: ['100', '103', '200 OK Content-Length|0'], trailers: [] },
  },
  {
    why: 'HEAD has a length and no body',
    method: 'HEAD',
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    expected: { body: '', trailers: [] },
  },
  {
    why: 'a body until the connection ends, which is then not kept',
    text: 'HTTP/1.1 200 OK\r\n\r\nall of it',
    isClosed: true,
    expected: { body: 'all of it', trailers: [], isKept: false },
  },
  {
    why: 'HTTP/1.0 is not kept unless it says so',
    text: 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
    expected: { isKept: false },
  },
  {
    why: 'HTTP/1.0 that says so',
    text: 'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n',
    expected: { isKept: true },
  },
  {
    why: 'a connection the origin closes',
    text: 'HTTP/1.1 200 OK\r\nConnection: x, close\r\nContent-Length: 0\r\n\r\n',
    expected: { isKept: false },
  },
  {
    why: 'bytes behind a 101 belong to the other protocol',
    text: 'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\nframe',
    expected: { heads: ['101 Switching Upgrade|websocket'], body: '', beyond: 'frame' },
  },
];

test.each(CASES)('reads $why', ({ text, method, isClosed, expected }) => {
  expect(read([Buffer.from(text)], method, isClosed)).toMatchObject(expected);
});

property.prop([fc.constantFrom(...CASES), fc.array(fc.nat({ max: 160 }))])(
  'where it is cut changes nothing',
  ({ text, method, isClosed }, cuts) => {
    const bytes = Buffer.from(text);
    const places = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b)];
    const pieces = places.map((from, index) => bytes.subarray(from, places[index + 1]));
    expect(read(pieces, method, isClosed)).toEqual(read([bytes], method, isClosed));
  },
);

test.each([
  ['no HTTP', 'ICY 200 OK\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['a line without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello'],
  ['a bare line feed inside a value', 'HTTP/1.1 200 OK\r\nA: b\nContent-Length: 5\r\n\r\nhello'],
  ['a null byte', 'HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['two framings', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na'],
  ['a length with a sign', 'HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na'],
  ['a length that is a list', 'HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\na'],
  ['an encoding we would not undo', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
  [
    'a chunk size that is none',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n',
  ],
  ['a chunk longer than said', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n'],
  ['a head over the limit', `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(LIMIT)}\r\n\r\n`],
  ['a head without end', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(LIMIT)}`],
])('refuses %s', (_why, text) => {
  expect(() => read([Buffer.from(text)])).toThrow(UpstreamError);
});

test('a head as long as the limit is read', () => {
  const start = 'HTTP/1.1 204 No\r\nA: ';
  const text = `${start}${'x'.repeat(LIMIT - start.length)}`;
  expect(read([Buffer.from(`${text}\r\n\r\n`)]).heads).toHaveLength(1);
  expect(() => read([Buffer.from(`${text}x\r\n\r\n`)])).toThrow(UpstreamError);
});

test.each([
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell'],
  ['a last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n'],
  ['a head', 'HTTP/1.1 200 OK\r\n'],
])('a connection that ends before %s is a cut', (_why, text) => {
  expect(() => read([Buffer.from(text)], 'GET', true)).toThrow('cut');
});

const REQUEST = {
  scheme: 'https',
  host: 'a.test',
  port: 443,
  addresses: [],
  method: 'GET',
  path: '/',
  authority: 'a.test',
  rawHeaders: ['Host', 'a.test'],
  hasBody: false,
  isUpgrade: false,
  isHttp2: false,
} as const;

test.each([
  ['a line end in a value', { rawHeaders: ['X', 'a\r\nEvil: 1'] }],
  ['a line end in a name', { rawHeaders: ['X\r\nEvil', '1'] }],
  ['a space in the path', { path: '/a HTTP/1.1' }],
  ['a method that is none', { method: 'GET /' }],
])('a request with %s is not said', (_why, change) => {
  expect(() => requestHead({ ...REQUEST, ...change })).toThrow(UpstreamError);
});
