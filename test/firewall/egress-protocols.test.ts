import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import {
  connect as connectHttp2,
  constants,
  createServer as createHttp2Server,
  type ClientHttp2Session,
} from 'node:http2';
import { connect as tcpConnect, createServer as createTcpServer, type Socket } from 'node:net';
import { type Duplex, PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect as tlsConnect, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { ask, atEnd, endAll, http2Origin, httpOrigin, httpsOrigin, raw } from './egress-origins';
import { JAIL_AUTHORITY, listen, ORIGIN_AUTHORITY, startWorld, type World } from './egress-world';

afterEach(endAll);

const HOSTS = { hosts: ['allowed.test'] };

function secure(port: number, ALPNProtocols: string[] = ['http/1.1']): TLSSocket {
  return tlsConnect({
    port,
    servername: 'allowed.test',
    ca: JAIL_AUTHORITY.certificatePem,
    ALPNProtocols,
  });
}

function http2Client(port: number): ClientHttp2Session {
  const session = connectHttp2('https://allowed.test', {
    createConnection: () => secure(port, ['h2']),
  });
  atEnd(() => session.destroy());
  return session;
}

describe('HTTP/2', () => {
  test('client and origin: body, trailers both ways, several at once', async () => {
    const seen: unknown[] = [];
    const port = await http2Origin((stream, headers) => {
      seen.push(headers['te'], headers[':authority']);
      stream.on('trailers', (trailers) => seen.push(trailers['x-sum']));
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc' },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.pipe(stream);
    });
    await using world = await startWorld(HOSTS);
    const client = http2Client(await world.door('allowed.test', port));
    const exchange = async (body: string) => {
      const stream = client.request(
        {
          ':method': 'POST',
          ':path': '/svc/Call',
          ':authority': `allowed.test:${port}`,
          te: 'trailers',
        },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': body }));
      stream.end(body);
      const trailers = once(stream, 'trailers');
      return [await text(stream), (await trailers)[0]['grpc-status']];
    };
    expect(await Promise.all([exchange('one'), exchange('two')])).toEqual([
      ['one', '0'],
      ['two', '0'],
    ]);
    expect(seen).toEqual(
      expect.arrayContaining(['trailers', `allowed.test:${port}`, 'one', 'two']),
    );
    const close = await world.recorder.withData('close');
    expect(close.data).toMatchObject({ protocol: 'h2', status: 200, ending: 'completed' });
  });

  test('client and HTTP/1.1 origin: Host is added, cookie crumbs are joined', async () => {
    const port = await httpsOrigin((request, response) =>
      response.end(JSON.stringify([request.headers.host, request.headers.cookie])),
    );
    await using world = await startWorld(HOSTS);
    const client = http2Client(await world.door('allowed.test', port));
    const stream = client.request({
      ':path': '/',
      ':authority': `allowed.test:${port}`,
      cookie: ['a=1', 'b=2'],
    });
    expect(JSON.parse(await text(stream))).toEqual([`allowed.test:${port}`, 'a=1; b=2']);
  });

  test('HTTP/1.1 client and HTTP/2 origin: one connection for all requests', async () => {
    const sessions = new Set<unknown>();
    const port = await http2Origin((stream) => {
      sessions.add(stream.session);
      stream.respond({ ':status': 200, 'set-cookie': ['a', 'b'] });
      stream.end('x');
    });
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    const options = { port: door, isTls: true, headers: { host: `allowed.test:${port}` } };
    const answers = await Promise.all([ask(options), ask(options), ask(options)]);
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, 'x'],
      [200, 'x'],
      [200, 'x'],
    ]);
    expect(answers[0]?.headers['set-cookie']).toEqual(['a', 'b']);
    expect(sessions.size).toBe(1);
  });

  test('in plain text by prior knowledge', async () => {
    const origin = createHttp2Server();
    origin.on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      stream.end('h2c');
    });
    const port = await listen(origin);
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    const client = connectHttp2('http://allowed.test', {
      createConnection: () => tcpConnect(door, '127.0.0.1'),
    });
    const stream = client.request({ ':path': '/', ':authority': `allowed.test:${port}` });
    expect(await text(stream)).toBe('h2c');
    client.destroy();
    await world.egress.close();
    origin.close();
  });

  test('a stream the origin refuses unseen is sent again, one it may have acted on is not', async () => {
    let refused = 0;
    const port = await http2Origin((stream, headers) => {
      if (headers[':method'] === 'POST' || refused === 0) {
        refused += 1;
        stream.close(constants.NGHTTP2_REFUSED_STREAM);
        return;
      }
      stream.respond({ ':status': 200 });
      stream.end('second');
    });
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    const options = { port: door, isTls: true, headers: { host: `allowed.test:${port}` } };
    expect((await ask(options)).body).toBe('second');
    expect((await ask({ ...options, method: 'POST' }, 'x')).status).toBe(502);
    expect(refused).toBe(2);
  });

  test('a denied stream leaves its neighbours alone', async () => {
    const port = await http2Origin((stream) => {
      stream.respond({ ':status': 200 });
      stream.end('x');
    });
    await using world = await startWorld({ ...HOSTS, deniedPaths: ['DELETE /'] });
    const client = http2Client(await world.door('allowed.test', port));
    const statusOf = async (method: string) => {
      const authority = `allowed.test:${port}`;
      const stream = client.request({ ':method': method, ':path': '/', ':authority': authority });
      const [headers] = await once(stream, 'response');
      stream.resume();
      return headers[':status'];
    };
    expect(await Promise.all([statusOf('GET'), statusOf('DELETE'), statusOf('GET')])).toEqual([
      200, 403, 200,
    ]);
  });
});

describe('WebSocket', () => {
  /** An origin that answers an upgrade and echoes, sending a frame along with its 101. */
  const upgradeOrigin = async (isTls: boolean): Promise<number> => {
    const answer = (socket: Duplex) => {
      socket.once('data', (head: Buffer) => {
        const key = /sec-websocket-key: (\S+)/i.exec(head.toString())?.[1];
        const lines = [
          'HTTP/1.1 101 Switching',
          'Upgrade: websocket',
          'Connection: Upgrade',
          `X-Key: ${key}`,
        ];
        socket.write(`${lines.join('\r\n')}\r\n\r\nearly;`);
        socket.pipe(socket);
      });
    };
    const server = isTls
      ? createTlsServer(
          { SNICallback: (_n, done) => done(null, ORIGIN_AUTHORITY.contextFor('allowed.test')) },
          answer,
        )
      : createTcpServer(answer);
    const port = await listen(server);
    atEnd(() => server.close());
    return port;
  };

  test.each([{ isTls: false }, { isTls: true }])(
    'frames both ways, TLS $isTls',
    async ({ isTls }) => {
      const port = await upgradeOrigin(isTls);
      await using world = await startWorld(HOSTS);
      const door = await world.door('allowed.test', port);
      const socket: Socket = isTls ? secure(door) : tcpConnect(door, '127.0.0.1');
      socket.write(
        `GET /ws HTTP/1.1\r\nHost: allowed.test:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k1\r\n\r\nhello;`,
      );
      let received = '';
      for await (const chunk of socket) {
        received += String(chunk);
        if (received.endsWith('hello;')) break;
      }
      expect(received).toMatch(
        /^HTTP\/1\.1 101 Switching\r\n[\s\S]*X-Key: k1\r\n\r\nearly;hello;$/,
      );
      const close = await world.recorder.withData('close');
      expect(close.data).toMatchObject({ status: 101, method: 'GET', bytesIn: 12, bytesOut: 6 });
    },
  );

  test('an origin that declines is heard; a denied one is told why', async () => {
    const port = await httpOrigin((_request, response) => response.writeHead(426).end('no'));
    await using world = await startWorld({ ...HOSTS, deniedPaths: ['GET /no'] });
    const door = await world.door('allowed.test', port);
    const upgrade = (path: string) =>
      raw(
        door,
        `GET ${path} HTTP/1.1\r\nHost: allowed.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
    expect(await upgrade('/')).toMatch(/^HTTP\/1\.1 426 /);
    expect(await upgrade('/no')).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('another upgrade is declined by an answer in HTTP/1.1', async () => {
    const port = await httpOrigin((request, response) =>
      response.end(String(request.headers.upgrade)),
    );
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    const head = 'GET / HTTP/1.1\r\nHost: allowed.test\r\nConnection: Upgrade, HTTP2-Settings\r\n';
    expect(await raw(door, `${head}Upgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n`)).toMatch(
      /200 OK[\s\S]*undefined$/,
    );
  });
});

describe('as an explicit proxy', () => {
  const PROXY_PORT = 3128;
  const proxied = async (world: World) => world.doorTo('127.0.0.1', PROXY_PORT);

  test('absolute-form is forwarded in origin-form', async () => {
    const port = await httpOrigin((request, response) => response.end(request.url));
    await using world = await startWorld(HOSTS, { proxyPort: PROXY_PORT });
    const url = `http://allowed.test:${port}/p?q`;
    const answer = await ask({
      port: await proxied(world),
      path: url,
      headers: { host: `allowed.test:${port}` },
    });
    expect(answer).toMatchObject({ status: 200, body: '/p?q' });
  });

  test('CONNECT carries an inspected connection', async () => {
    const port = await httpsOrigin((_request, response) => response.end('inside'));
    await using world = await startWorld(HOSTS, { proxyPort: PROXY_PORT });
    const request = httpRequest({
      port: await proxied(world),
      method: 'CONNECT',
      path: `allowed.test:${port}`,
      headers: { host: `allowed.test:${port}` },
    });
    request.end();
    const [response, socket] = await once(request, 'connect');
    expect(response.statusCode).toBe(200);
    const inner = tlsConnect({
      socket,
      servername: 'allowed.test',
      ca: JAIL_AUTHORITY.certificatePem,
    });
    inner.write(`GET /x HTTP/1.1\r\nHost: allowed.test:${port}\r\nConnection: close\r\n\r\n`);
    expect(await text(inner)).toMatch(/200 OK[\s\S]*inside$/);
    const close = await world.recorder.withData('close');
    expect(close.data['url']).toBe(`https://allowed.test:${port}/x`);
  });

  test('CONNECT to a TCP rule carries bytes as they are', async () => {
    const server = createTcpServer((socket) => socket.end('banner'));
    const port = await listen(server);
    await using world = await startWorld({ tcp: [`git.test:${port}`] }, { proxyPort: PROXY_PORT });
    const answer = await raw(
      await proxied(world),
      `CONNECT git.test:${port} HTTP/1.1\r\nHost: git.test:${port}\r\n\r\n`,
    );
    server.close();
    expect(answer).toBe('HTTP/1.1 200 Connection Established\r\n\r\nbanner');
  });

  test.each([
    { line: 'CONNECT other.test:443', host: 'other.test:443', reason: 'no_rule_matched' },
    { line: 'CONNECT 203.0.113.9:443', host: '203.0.113.9:443', reason: 'no_rule_matched' },
    { line: 'CONNECT allowed.test:443', host: 'other.test', reason: 'ambiguous_target' },
    { line: 'CONNECT allowed.test', host: 'allowed.test', reason: 'ambiguous_target' },
    { line: 'GET /', host: 'allowed.test', reason: 'ambiguous_target' },
  ])('$line with Host $host is denied: $reason', async ({ line, host, reason }) => {
    await using world = await startWorld(HOSTS, { proxyPort: PROXY_PORT });
    const answer = await raw(
      await proxied(world),
      `${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain(`x-aigov-reason: ${reason}`);
    expect(world.recorder.records.map(({ data }) => data['reason'])).toEqual([reason]);
  });
});

describe('TLS passed through unread', () => {
  test("by rule: the client sees the origin's own certificate, the audit says uninspected", async () => {
    const port = await httpsOrigin((_request, response) => response.end('pinned'));
    await using world = await startWorld({ ...HOSTS, passthrough: ['allowed.test'] });
    const socket = tlsConnect({
      port: await world.door('allowed.test', port),
      servername: 'allowed.test',
      ca: ORIGIN_AUTHORITY.certificatePem,
    });
    socket.write('GET / HTTP/1.1\r\nHost: allowed.test\r\nConnection: close\r\n\r\n');
    expect(await text(socket)).toMatch(/pinned$/);
    const close = await world.recorder.withData('close');
    expect(close.data).toMatchObject({ protocol: 'tls', isInspected: false, ending: 'completed' });
  });

  test('not for another server name on the same address', async () => {
    const port = await httpsOrigin((_request, response) => response.end('x'));
    await using world = await startWorld({ ...HOSTS, passthrough: ['allowed.test'] });
    const door = await world.door('allowed.test', port);
    const headers = { host: 'allowed.test' };
    const answer = await ask({ port: door, isTls: true, serverName: 'other.test', headers });
    expect(answer.status).toBe(403);
  });
});

/** Resolves when a number has not changed for many turns of the event loop. */
async function standstill(read: () => number): Promise<void> {
  let last = read();
  for (let turns = 0; turns < 2_000; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (read() !== last) turns = 0;
    last = read();
  }
}

describe('streams', () => {
  test('an event reaches the client while the origin still holds the stream open', async () => {
    let finish = (): void => undefined;
    const port = await httpsOrigin((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      finish = () => response.end('data: 2\n\n');
    });
    await using world = await startWorld(HOSTS);
    const socket = secure(await world.door('allowed.test', port));
    socket.write(`GET / HTTP/1.1\r\nHost: allowed.test:${port}\r\nConnection: close\r\n\r\n`);
    let received = '';
    for await (const chunk of socket) {
      received += String(chunk);
      if (received.includes('data: 1')) finish();
    }
    expect(received).toContain('data: 2');
  });

  test('the head of a response comes without waiting for its body', async () => {
    let finish = (): void => undefined;
    const port = await httpOrigin((_request, response) => {
      response.flushHeaders();
      finish = () => response.end('late');
    });
    await using world = await startWorld(HOSTS);
    const request = httpRequest({
      port: await world.door('allowed.test', port),
      headers: { host: 'allowed.test' },
    });
    request.end();
    const [response] = await once(request, 'response');
    finish();
    expect(await text(response)).toBe('late');
  });

  test('a slow reader slows the origin: only a bounded part of the body is taken', async () => {
    const total = 64 * 1024 * 1024;
    let sent = 0;
    const source = new PassThrough();
    const port = await httpOrigin((_request, outgoing) => {
      source.pipe(outgoing);
      const piece = Buffer.alloc(256 * 1024);
      const more = (): void => {
        while (sent < total) {
          sent += piece.length;
          if (!source.write(piece)) {
            source.once('drain', more);
            return;
          }
        }
        source.end();
      };
      more();
    });
    await using world = await startWorld(HOSTS);
    const request = httpRequest({
      port: await world.door('allowed.test', port),
      headers: { host: 'allowed.test' },
    });
    request.end();
    const [incoming] = await once(request, 'response');
    // Nothing is read: wait until back-pressure has stopped the origin for good, or nothing ever does.
    await standstill(() => sent);
    expect(sent).toBeLessThan(total);
    let received = 0;
    for await (const chunk of incoming) received += (chunk as Buffer).length;
    expect(received).toBe(total);
  });

  test('a new policy reaches the next request, also on the same connection, and no stream under way', async () => {
    const events = new PassThrough();
    const port = await http2Origin((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
      events.on('data', (event: Buffer) => stream.write(event));
      events.on('end', () => stream.end());
      events.write('one ');
    });
    const hosts = ['allowed.test'];
    await using world = await startWorld({ hosts });
    const client = http2Client(await world.door('allowed.test', port));
    const begin = () => client.request({ ':path': '/', ':authority': `allowed.test:${port}` });
    const stream = begin();
    await once(stream, 'data');
    hosts.pop();
    const next = begin();
    expect((await once(next, 'response'))[0][':status']).toBe(403);
    next.resume();
    events.end('two');
    expect(await text(stream)).toBe('two');
    const close = await world.recorder.withData('close');
    expect(close.data).toMatchObject({ ending: 'completed', bytesIn: 7 });
  });

  test('500 at once, each with an event of its own', async () => {
    const waiting: (() => void)[] = [];
    const port = await httpOrigin((request, response) => {
      response.write(`data: ${request.url}\n\n`);
      waiting.push(() => response.end());
      if (waiting.length === 500) for (const finish of waiting) finish();
    });
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        ask({ port: door, path: `/${i}`, headers: { host: 'allowed.test' } }),
      ),
    );
    expect(answers.map(({ body }) => body)).toEqual(
      Array.from({ length: 500 }, (_, i) => `data: /${i}\n\n`),
    );
  });

  test('a client that goes ends the request at the origin', async () => {
    const gone: Promise<unknown>[] = [];
    const port = await httpOrigin((request, response) => {
      gone.push(once(request.socket, 'close'));
      response.write('x');
    });
    await using world = await startWorld(HOSTS);
    const socket = tcpConnect(await world.door('allowed.test', port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    await gone[0];
    const close = await world.recorder.withData('close');
    expect(close.data).toMatchObject({ ending: 'client_gone', status: 200 });
  });

  test("an origin that cuts its answer cuts the client's", async () => {
    const port = await httpOrigin((request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('12345', () => request.socket.destroy());
    });
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    const answer = ask({ port: door, headers: { host: 'allowed.test' } });
    await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
    const close = await world.recorder.withData('close');
    expect(close.data).toMatchObject({
      ending: 'upstream_cut',
      failure: 'upstream_closed',
      bytesIn: 5,
    });
  });
});

describe('HTTP/1.1 in full', () => {
  test("100 is the origin's to give, and trailers pass both ways", async () => {
    const port = await httpOrigin((request, response) => {
      response.setHeader('Trailer', 'X-Seen');
      request.resume();
      request.on('end', () => {
        response.write('body');
        response.addTrailers({ 'X-Seen': String(request.trailers['x-sum']) });
        response.end();
      });
    });
    await using world = await startWorld(HOSTS);
    const socket = tcpConnect(await world.door('allowed.test', port), '127.0.0.1');
    socket.write(
      'POST / HTTP/1.1\r\nHost: allowed.test\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\nConnection: close\r\n\r\n',
    );
    let received = '';
    for await (const chunk of socket) {
      received += String(chunk);
      if (received === 'HTTP/1.1 100 Continue\r\n\r\n')
        socket.write('3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n');
    }
    expect(received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    expect(received).toMatch(/X-Seen: 7\r\n\r\n$/);
  });

  test('early hints pass', async () => {
    const port = await httpOrigin((_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' });
      response.end('x');
    });
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    expect(
      await raw(door, 'GET / HTTP/1.1\r\nHost: allowed.test\r\nConnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: [^\r]+\r\n\r\nHTTP\/1\.1 200/i);
  });

  test('HEAD and 304 have lengths and no body', async () => {
    const port = await httpOrigin((request, response) => {
      response.writeHead(request.method === 'HEAD' ? 200 : 304, { 'content-length': '5' });
      response.end();
    });
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    for (const method of ['HEAD', 'GET']) {
      const answer = await raw(
        door,
        `${method} / HTTP/1.1\r\nHost: allowed.test\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/content-length: 5\r\n[\s\S]*\r\n\r\n$/i);
    }
  });

  test('a final answer instead of 100 closes: the body may or may not follow', async () => {
    await using world = await startWorld(HOSTS);
    const head =
      'POST / HTTP/1.1\r\nHost: other.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n';
    // Resolves only if the proxy closes: the client does not.
    const answer = await raw(await world.door('other.test', 80), head);
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*connection: close\r\n/i);
  });

  test("a kept connection that dies under the next request is not the client's trouble", async () => {
    let connections = 0;
    // Answers the first request of each connection and ends at the first byte of the second.
    const server = createTcpServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
        socket.once('data', () => socket.resetAndDestroy());
      });
    });
    const port = await listen(server);
    atEnd(() => server.close());
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    for (let i = 0; i < 3; i += 1) {
      expect((await ask({ port: door, headers: { host: 'allowed.test' } })).status).toBe(200);
    }
    expect(connections).toBe(3);
    // A POST may have been acted on: it is not sent again.
    const post = { port: door, method: 'POST', headers: { host: 'allowed.test' } };
    expect((await ask(post, 'x')).status).toBe(502);
  });
});
