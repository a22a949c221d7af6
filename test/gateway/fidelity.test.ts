import { fc, test as property } from '@fast-check/jest';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { compilePolicy } from '../../policy';
import { createGateway, PROVIDER_TYPES } from '../../gateway';
import { createTap } from '../../gateway/tap';
import { parseJsonObject } from '../../gateway/providers/read-json';
import type { ResponseFacts, WireFormat } from '../../gateway/providers/wire-format';
import { listen, MemoryRecorder } from './harness';

const TOKEN = 'session-token';

/** A provider made of one socket handler, so that every byte and every cut between bytes is the test's. */
async function rawProvider(answer: (socket: Socket, request: string) => void) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    let text = '';
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const headEnd = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
      if (headEnd === -1 || text.length < headEnd + 4 + length) return;
      const request = text;
      text = '';
      answer(socket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function gatewayTo(url: string) {
  const recorder = new MemoryRecorder();
  const gateway = await listen(
    createGateway({
      providers: [{ name: 'anthropic', type: 'anthropic', baseUrl: url, keys: ['provider-key'] }],
      authenticate: (token) => (token === TOKEN ? { user: 'alice', isVerified: true } : undefined),
      policy: compilePolicy([]),
      recorder,
    }),
  );
  return { ...gateway, recorder };
}

const BODY = '{"model":"m","stream":true,"messages":[]}';

/** One exchange on a bare socket: the answer as it stood on the wire, with the hop's chunk framing undone. */
async function exchange(url: string, headers: readonly string[] = [], connection = 'close') {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', noDelay: true });
  const head = [
    'POST /anthropic/v1/messages HTTP/1.1',
    'host: x',
    `x-api-key: ${TOKEN}`,
    `content-length: ${BODY.length}`,
    `connection: ${connection}`,
    ...headers,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${BODY}`);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  if (connection === 'close') await once(socket, 'close');
  else await once(socket, 'data');
  socket.destroy();
  const bytes = Buffer.concat(chunks);
  const end = bytes.indexOf('\r\n\r\n');
  const answerHead = bytes.toString('latin1', 0, end);
  const isChunked = /transfer-encoding: chunked/i.test(answerHead);
  return { head: answerHead, ...dechunk(bytes.subarray(end + 4), isChunked) };
}

function dechunk(bytes: Buffer, isChunked: boolean): { body: Buffer; isEnded: boolean } {
  if (!isChunked) return { body: bytes, isEnded: true };
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return { body: Buffer.concat(pieces), isEnded: false };
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (size === 0) return { body: Buffer.concat(pieces), isEnded: true };
    pieces.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 4 + size;
  }
}

/** Writes bytes in pieces, one per turn of the event loop. */
function writeCut(
  socket: Socket,
  pieces: readonly Buffer[],
  after: () => void = () => undefined,
): void {
  const [piece, ...rest] = pieces;
  if (piece === undefined) return after();
  socket.write(piece, () => setImmediate(() => writeCut(socket, rest, after)));
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

const HEAD =
  'HTTP/1.1 200 Fine\r\nContent-Type: text/event-stream\r\nRequest-Id: r1\r\nX-Odd:  spaced\r\ntransfer-encoding: chunked\r\n\r\n';

function chunked(body: Buffer, cuts: readonly number[]): Buffer {
  const frames = cutAt(body, cuts).filter((piece) => piece.length > 0);
  return Buffer.concat([
    ...frames.flatMap((piece) => [
      Buffer.from(`${piece.length.toString(16)}\r\n`),
      piece,
      Buffer.from('\r\n'),
    ]),
    Buffer.from('0\r\n\r\n'),
  ]);
}

const anyBytes = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.json({ maxDepth: 1 }), { minLength: 1, maxLength: 20 })
    .map((texts) => Buffer.from(texts.map((text) => `data: ${text}\n\n`).join(''))),
);
const cuts = fc.array(fc.nat({ max: 100_000 }), { maxLength: 8 });

describe('bytes', () => {
  property.prop([fc.array(fc.tuple(anyBytes, cuts, cuts), { minLength: 10, maxLength: 10 })], {
    numRuns: 20,
  })(
    'an answer reaches the client byte for byte, however it is framed and cut',
    async (exchanges) => {
      let wire: Buffer[] = [];
      await using provider = await rawProvider((socket) => writeCut(socket, wire));
      await using gateway = await gatewayTo(provider.url);
      for (const [body, frames, writes] of exchanges) {
        wire = cutAt(Buffer.concat([Buffer.from(HEAD), chunked(body, frames)]), writes);
        const answer = await exchange(gateway.url);
        expect(answer.body.equals(body) && answer.isEnded).toBe(true);
        expect(`${answer.head}\r\n`).toContain(
          '\r\nContent-Type: text/event-stream\r\nRequest-Id: r1\r\nX-Odd: spaced\r\n',
        );
      }
    },
  );

  test('a cut stream is a cut for the client, and what came before it arrives', async () => {
    const sent = Buffer.from('data: {"type":"message_start"}\n\n');
    const frame = Buffer.concat([
      Buffer.from(`${sent.length.toString(16)}\r\n`),
      sent,
      Buffer.from('\r\n'),
    ]);
    await using provider = await rawProvider((socket) =>
      writeCut(socket, [Buffer.from(HEAD), frame], () => socket.destroy()),
    );
    await using gateway = await gatewayTo(provider.url);
    const answer = await exchange(gateway.url);
    expect(answer.isEnded).toBe(false);
    expect(answer.body.equals(sent)).toBe(true);
    const [close] = await gateway.recorder.written('close');
    expect(close?.data['ending']).toBe('upstream_cut');
  });

  test('a stream’s head goes on before its first byte', async () => {
    let release = () => undefined as void;
    await using provider = await rawProvider((socket) => {
      socket.write(HEAD);
      release = () => void socket.write('0\r\n\r\n');
    });
    await using gateway = await gatewayTo(provider.url);
    const answer = await fetch(`${gateway.url}/anthropic/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': TOKEN },
      body: BODY,
    });
    expect(answer.status).toBe(200);
    release();
    expect(await answer.text()).toBe('');
  });

  test('a client that does not read holds the upstream back, and loses nothing', async () => {
    const size = 24 * 1024 * 1024;
    const big = Buffer.alloc(size, 'x');
    let sentAll = false;
    await using provider = await rawProvider((socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n`,
      );
      socket.write(big, () => (sentAll = true));
    });
    await using gateway = await gatewayTo(provider.url);
    const socket = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1' });
    socket.write(
      `POST /anthropic/v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: ${TOKEN}\r\nconnection: close\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
    );
    await once(socket, 'readable');
    for (let turn = 0; turn < 2000; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    expect(sentAll).toBe(false);
    let received = 0;
    socket.on('data', (chunk: Buffer) => (received += chunk.length));
    await once(socket, 'close');
    expect(received).toBeGreaterThan(size);
  });

  test('many requests share few connections', async () => {
    const json = '{"type":"message","content":[]}';
    await using provider = await rawProvider((socket) =>
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`,
      ),
    );
    await using gateway = await gatewayTo(provider.url);
    for (let i = 0; i < 100; i += 1) await exchange(gateway.url);
    expect(provider.connections()).toBe(1);
  });

  test.each([
    { encoding: 'gzip', compress: gzipSync },
    { encoding: 'br', compress: brotliCompressSync },
  ])('a $encoding answer stays compressed and is read', async ({ encoding, compress }) => {
    const body = compress(
      '{"type":"message","content":[{"type":"text","text":"hi"}],"usage":{"input_tokens":4}}',
    );
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`;
    await using provider = await rawProvider((socket) =>
      socket.write(Buffer.concat([Buffer.from(head), body])),
    );
    await using gateway = await gatewayTo(provider.url);
    const answer = await exchange(gateway.url, ['accept-encoding: gzip, br']);
    expect(answer.body.equals(body)).toBe(true);
    const [close] = await gateway.recorder.written('close');
    expect(close?.content).toEqual({ output: 'hi' });
    expect(close?.data['usage']).toMatchObject({ inputTokens: 4 });
  });

  test('a WebSocket upgrade is refused with 426', async () => {
    await using gateway = await gatewayTo('http://127.0.0.1:1');
    const answer = await exchange(
      gateway.url,
      ['upgrade: websocket', 'sec-websocket-version: 13'],
      'keep-alive, upgrade',
    );
    expect(answer.head).toMatch(/^HTTP\/1\.1 426 /);
  });
});

const formats: readonly WireFormat[] = [...PROVIDER_TYPES.values()]
  .flatMap((type) =>
    [
      '/v1/messages',
      '/v1/chat/completions',
      '/v1/responses',
      '/v1beta/models/m:generateContent',
      '/model/m/converse',
      '/model/m/invoke',
    ].map((path) => type.endpoint('POST', path)),
  )
  .flatMap((endpoint) => (endpoint?.kind === 'intercepted' ? [endpoint.format] : []));

/** Reads a stream the slow way: whole text, split at blank lines. */
function naiveFacts(format: WireFormat, text: string): ResponseFacts {
  const reader = format.createStreamReader();
  for (const block of text.split('\n\n').slice(0, -1)) {
    const lines = block.split('\n');
    const event = lines.find((line) => line.startsWith('event: '))?.slice(7) ?? 'message';
    const data = lines.find((line) => line.startsWith('data: '))?.slice(6);
    if (data !== undefined) reader.push(event, data);
  }
  return reader.facts();
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const anthropicEvent = fc.oneof(
  fc.record({
    type: fc.constant('content_block_start'),
    index: fc.nat(2),
    content_block: fc.record({
      type: fc.constantFrom('text', 'tool_use', 'thinking'),
      id: text,
      name: text,
    }),
  }),
  fc.record({
    type: fc.constant('content_block_delta'),
    index: fc.nat(2),
    delta: fc.oneof(
      fc.record({ text }),
      fc.record({ partial_json: text }),
      fc.record({ thinking: text }),
    ),
  }),
  fc.record({
    type: fc.constant('message_delta'),
    usage: fc.record({ output_tokens: fc.nat() }),
    delta: fc.record({ stop_reason: text }),
  }),
  fc.record({ type: fc.constantFrom('message_stop', 'ping', 'message_start', 'error') }),
);
const openaiEvent = fc.record({
  id: text,
  choices: fc.array(
    fc.record({
      index: fc.nat(1),
      delta: fc.record({
        content: text,
        tool_calls: fc.array(
          fc.record({
            index: fc.nat(1),
            id: text,
            function: fc.record({ name: text, arguments: text }),
          }),
          { maxLength: 2 },
        ),
      }),
    }),
    { maxLength: 2 },
  ),
  usage: fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat() }),
});
const events = fc.array(
  fc.oneof(
    anthropicEvent,
    openaiEvent,
    fc.json().map((json) => ({ json })),
  ),
  { maxLength: 12 },
);

property.prop([fc.constantFrom(...formats), events, cuts], { numRuns: 10_000 })(
  'a tap fed any cuts records what a slow whole-body parser reads',
  (format, list, places) => {
    const stream = list
      .map(
        (event) =>
          `event: ${'type' in event ? event.type : 'x'}\ndata: ${JSON.stringify(event)}\n\n`,
      )
      .join('');
    const tap = createTap(format, ['Content-Type', 'text/event-stream'], 1_000_000);
    for (const piece of cutAt(Buffer.from(stream), places)) tap.push(piece);
    expect(tap.facts()).toEqual(naiveFacts(format, stream));
  },
);

property.prop([
  fc.constantFrom(...formats),
  fc
    .dictionary(
      fc.constantFrom('usage', 'content', 'choices', 'output', 'candidates', 'error', 'id'),
      fc.jsonValue(),
    )
    .map((value) => JSON.stringify(value)),
  cuts,
])('a JSON answer in pieces is read as the whole', (format, json, places) => {
  const body = parseJsonObject(json);
  const tap = createTap(format, ['content-type', 'application/json'], 1_000_000);
  for (const piece of cutAt(Buffer.from(json), places)) tap.push(piece);
  expect(tap.facts()).toEqual(format.readResponse(body ?? {}));
});
