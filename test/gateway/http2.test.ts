import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { createServer } from 'node:http';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { compilePolicy } from '../../policy';
import { acceptHttp2, createGateway } from '../../gateway';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';
import { listen, MemoryRecorder } from './harness';

const TURN: ScriptedTurn = { content: [{ type: 'text', text: 'a longer answer in pieces' }] };

async function start(turns: readonly ScriptedTurn[]) {
  const upstream = await startModelUpstream({ turns, apiKey: 'provider-key' });
  const recorder = new MemoryRecorder();
  const gateway = await listen(
    createGateway({
      providers: [{ name: 'a', type: 'anthropic', baseUrl: upstream.url, keys: ['provider-key'] }],
      authenticate: () => ({ user: 'alice', isVerified: true }),
      policy: compilePolicy([]),
      recorder,
    }),
  );
  const session = connect(gateway.url);
  return {
    upstream,
    recorder,
    session,
    async [Symbol.asyncDispose]() {
      session.destroy();
      await gateway[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

function ask(session: ClientHttp2Session, body: object): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': '/a/v1/messages?beta=true',
    'x-api-key': 't',
    'anthropic-beta': 'b1',
  });
  stream.end(JSON.stringify({ model: 'm', messages: [], ...body }));
  return stream;
}

test('HTTP/2 without TLS: many streams on one connection, each an exchange of its own', async () => {
  await using world = await start(Array.from({ length: 8 }, () => TURN));
  const answers = Array.from({ length: 8 }, () => ask(world.session, { stream: true }));
  const [heads, texts] = await Promise.all([
    Promise.all(answers.map((stream) => once(stream, 'response'))),
    Promise.all(answers.map((stream) => text(stream))),
  ]);
  for (const [head] of heads)
    expect(head).toMatchObject({
      ':status': 200,
      'content-type': 'text/event-stream; charset=utf-8',
    });
  expect(texts.every((each) => each.endsWith('"type":"message_stop"}\n\n'))).toBe(true);
  expect(world.upstream.received.map(({ url }) => url)).toEqual(
    Array(8).fill('/v1/messages?beta=true'),
  );
  expect(world.upstream.received[0]?.headers).toMatchObject({ 'anthropic-beta': 'b1' });
  expect(await world.recorder.written('close', 8)).toHaveLength(8);
});

test('a cut upstream resets the stream', async () => {
  await using world = await start([{ ...TURN, behaviour: { kind: 'cut', afterEvents: 4 } }]);
  const stream = ask(world.session, { stream: true });
  await expect(text(stream)).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
  const [close] = await world.recorder.written('close');
  expect(close?.data['ending']).toBe('upstream_cut');
});

test('a stream the client resets is cancelled upstream', async () => {
  await using world = await start([{ ...TURN, behaviour: { kind: 'stall', afterEvents: 3 } }]);
  const stream = ask(world.session, { stream: true });
  stream.on('error', () => undefined);
  await once(stream, 'data');
  stream.close(8);
  await world.upstream.received[0]?.cancelled;
  const [close] = await world.recorder.written('close');
  expect(close?.data['ending']).toBe('client_gone');
});

test.each([
  { why: 'nonsense', sent: 'NONSENSE\r\n\r\n', status: '400 Bad Request' },
  {
    why: 'a head over the limit',
    sent: `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
    status: '431 Request Header Fields Too Large',
  },
])('$why is answered as Node answers it', async ({ sent, status }) => {
  const server = createServer(() => undefined);
  acceptHttp2(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connectTcp((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(sent);
  expect(await text(socket)).toBe(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
  server.close();
});
