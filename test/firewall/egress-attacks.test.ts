import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as tcpConnect } from 'node:net';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect as tlsConnect } from 'node:tls';
import { MAX_RECORDED_URL } from '../../firewall/egress/recorded-url';
import { ask, atEnd, endAll, httpOrigin, httpsOrigin, raw } from './egress-origins';
import { JAIL_AUTHORITY, startWorld, type World } from './egress-world';

afterEach(endAll);

/** Requests the origin saw: what an attack must not change. */
interface Origin {
  readonly port: number;
  readonly seen: string[];
}

async function origin(): Promise<Origin> {
  const seen: string[] = [];
  const port = await httpOrigin((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += String(chunk)));
    request.on('end', () => {
      seen.push(`${request.method} ${request.headers.host} ${request.url} ${body}`);
      response.end('reached');
    });
  });
  return { port, seen };
}

const HOSTS = { hosts: ['allowed.test'] };
const CLOSE = 'Connection: close\r\n\r\n';

function statuses(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}

function reasons(world: World): unknown[] {
  return world.recorder.records
    .filter(({ data }) => data['effect'] === 'deny')
    .map(({ data }) => data['reason']);
}

interface Attack {
  readonly bytes: string;
  readonly status: number;
  readonly why: string;
}

describe('a request of two meanings never reaches an origin and is recorded', () => {
  test.each<Attack>([
    {
      bytes: `GET http://evil.test/ HTTP/1.1\r\nHost: allowed.test\r\n${CLOSE}`,
      status: 403,
      why: 'absolute-form for another host',
    },
    {
      bytes: `GET ftp://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\n${CLOSE}`,
      status: 403,
      why: 'absolute-form of another scheme',
    },
    {
      bytes: `GET http://allowed.test@evil.test/ HTTP/1.1\r\nHost: allowed.test\r\n${CLOSE}`,
      status: 403,
      why: 'userinfo in the target',
    },
    {
      bytes: `GET / HTTP/1.1\r\nHost: evil.test\r\n${CLOSE}`,
      status: 403,
      why: "Host that is not the address's name",
    },
    {
      bytes: `GET / HTTP/1.1\r\nHost: allowed.test\r\nHost: evil.test\r\n${CLOSE}`,
      status: 403,
      why: 'two Hosts',
    },
    {
      bytes: `GET / HTTP/1.1\r\nHost: allowed.test\r\nHost: allowed.test\r\n${CLOSE}`,
      status: 403,
      why: 'the same Host twice',
    },
    {
      bytes: `GET / HTTP/1.1\r\nHost: allowed.test:81\r\n${CLOSE}`,
      status: 403,
      why: 'Host with another port',
    },
    {
      bytes: `GET / HTTP/1.1\r\nHost: allowed.test, evil.test\r\n${CLOSE}`,
      status: 403,
      why: 'a list as Host',
    },
    {
      bytes: `GET / HTTP/1.1\r\nHost: evil.test#allowed.test\r\n${CLOSE}`,
      status: 403,
      why: 'a fragment in Host',
    },
    { bytes: `GET / HTTP/1.1\r\nHost: \r\n${CLOSE}`, status: 403, why: 'an empty Host' },
    { bytes: `GET / HTTP/1.1\r\n${CLOSE}`, status: 403, why: 'no Host' },
    { bytes: 'GET / HTTP/1.0\r\n\r\n', status: 403, why: 'HTTP/1.0 without Host' },
    {
      bytes: `GET /a#/b HTTP/1.1\r\nHost: allowed.test\r\n${CLOSE}`,
      status: 403,
      why: 'a fragment in the target',
    },
    {
      bytes: `OPTIONS * HTTP/1.1\r\nHost: allowed.test\r\n${CLOSE}`,
      status: 403,
      why: 'a target without path',
    },
    {
      bytes: `POST / HTTP/1.1\r\nHost: allowed.test\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n${CLOSE}0\r\n\r\n`,
      status: 400,
      why: 'both framings',
    },
    {
      bytes: `POST / HTTP/1.1\r\nHost: allowed.test\r\nContent-Length: 3\r\nContent-Length: 4\r\n${CLOSE}abc`,
      status: 400,
      why: 'two lengths',
    },
    {
      bytes: `POST / HTTP/1.1\r\nHost: allowed.test\r\nContent-Length: +3\r\n${CLOSE}abc`,
      status: 400,
      why: 'a signed length',
    },
    {
      bytes: `POST / HTTP/1.1\r\nHost: allowed.test\r\nTransfer-Encoding: gzip, chunked\r\n${CLOSE}0\r\n\r\n`,
      status: 403,
      why: 'two encodings',
    },
    {
      bytes: `POST / HTTP/1.1\r\nHost: allowed.test\r\nTransfer-Encoding: xchunked\r\n${CLOSE}0\r\n\r\n`,
      status: 0,
      why: 'an unknown encoding',
    },
    {
      bytes: `POST / HTTP/1.1\r\nHost: allowed.test\r\nTransfer-Encoding: chunked\r\n${CLOSE}0x3\r\nabc\r\n0\r\n\r\n`,
      status: 0,
      why: 'a chunk size that is none',
    },
    {
      bytes: `GET / HTTP/1.1\r\nHost: allowed.test\r\nX : y\r\n${CLOSE}`,
      status: 400,
      why: 'a space before the colon',
    },
    { bytes: `GET / HTTP/1.1\nHost: allowed.test\n\n`, status: 400, why: 'bare line feeds' },
    {
      bytes: `GET / HTTP/1.1\r\nHost: allowed.test\r\nX: a\u0000b\r\n${CLOSE}`,
      status: 400,
      why: 'a zero in a field',
    },
    {
      bytes: `FROB / HTTP/1.1\r\nHost: allowed.test\r\n${CLOSE}`,
      status: 400,
      why: 'a method nobody registered',
    },
    {
      bytes: `POST / HTTP/1.1\r\nHost: allowed.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc`,
      status: 403,
      why: 'a body with an Upgrade',
    },
    {
      bytes: `CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n`,
      status: 403,
      why: 'CONNECT to another host',
    },
    {
      bytes: `GET / HTTP/2.0\r\nHost: allowed.test\r\n${CLOSE}`,
      status: 403,
      why: 'a version that does not look so',
    },
  ])('$why', async ({ bytes, status }) => {
    const { port, seen } = await origin();
    await using world = await startWorld(HOSTS);
    const answer = await raw(await world.door('allowed.test', port), bytes);
    expect(statuses(answer)).toEqual(status === 0 ? [] : [status]);
    await world.recorder.find(({ data }) => data['effect'] === 'deny');
    expect(reasons(world).length).toBeGreaterThan(0);
    expect(seen).toEqual([]);
  });
});

describe('a connection of two meanings', () => {
  test.each([
    {
      serverName: 'evil.test',
      host: 'allowed.test',
      door: 'allowed.test',
      why: 'fronting by server name',
    },
    {
      serverName: 'allowed.test',
      host: 'evil.test',
      door: 'allowed.test',
      why: 'fronting by Host',
    },
    {
      serverName: 'allowed.test',
      host: 'allowed.test',
      door: 'evil.test',
      why: "both on another name's address",
    },
  ])('$why is denied', async ({ serverName, host, door }) => {
    const seen: unknown[] = [];
    const port = await httpsOrigin((request, response) => {
      seen.push(request.url);
      response.end();
    });
    await using world = await startWorld({ hosts: ['allowed.test', 'evil.test'] });
    const answer = await ask({
      port: await world.door(door, port),
      isTls: true,
      serverName,
      headers: { host },
    });
    expect(answer.status).toBe(403);
    expect(reasons(world)).toEqual(['ambiguous_target']);
    expect(seen).toEqual([]);
  });

  test.each([
    { authority: 'evil.test', host: undefined, why: ':authority of another host' },
    { authority: 'allowed.test', host: 'evil.test', why: 'Host that contradicts :authority' },
  ])('HTTP/2: $why is denied', async ({ authority, host }) => {
    const port = await httpsOrigin((_request, response) => response.end());
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    const client = connectHttp2('https://allowed.test', {
      createConnection: () =>
        tlsConnect({
          port: door,
          servername: 'allowed.test',
          ca: JAIL_AUTHORITY.certificatePem,
          ALPNProtocols: ['h2'],
        }),
    });
    atEnd(() => client.destroy());
    const stream = client.request({
      ':path': '/',
      ':authority': authority,
      ...(host === undefined ? {} : { host }),
    });
    const [headers] = await once(stream, 'response');
    stream.resume();
    expect(headers[':status']).toBe(403);
  });

  test('an address without server name is still an address', async () => {
    await using world = await startWorld(HOSTS);
    const socket = tlsConnect({
      port: await world.doorTo('203.0.113.9', 443),
      host: '127.0.0.1',
      ca: JAIL_AUTHORITY.certificatePem,
      checkServerIdentity: () => undefined,
    });
    socket.write(`GET / HTTP/1.1\r\nHost: allowed.test\r\n${CLOSE}`);
    expect(statuses(await text(socket))).toEqual([403]);
  });

  test('garbage after the handshake closes it, whatever the client does', async () => {
    await using world = await startWorld(HOSTS);
    const plain = tcpConnect(await world.door('allowed.test', 443), '127.0.0.1');
    // The client's TLS sees nothing of what follows the handshake, so it cannot be the one that closes.
    const wire = new Duplex({
      read: () => undefined,
      write: (chunk, _encoding, done) => plain.write(chunk, () => done()),
    });
    const pass = (chunk: Buffer): boolean => wire.push(chunk);
    plain.on('data', pass);
    const ca = JAIL_AUTHORITY.certificatePem;
    const socket = tlsConnect({ socket: wire, servername: 'allowed.test', ca });
    await once(socket, 'secureConnect');
    plain.off('data', pass);
    plain.resume();
    plain.write(Buffer.from([0x17, 3, 3, 0, 4, 1, 2, 3, 4]));
    await once(plain, 'close');
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});

describe('on a kept connection', () => {
  test('each request is decided by itself', async () => {
    const { port, seen } = await origin();
    await using world = await startWorld(HOSTS);
    const requests = ['allowed.test', 'evil.test', 'allowed.test'].map(
      (host, i) => `GET /${i} HTTP/1.1\r\nHost: ${host}\r\n`,
    );
    const answer = await raw(
      await world.door('allowed.test', port),
      `${requests[0]}\r\n${requests[1]}\r\n${requests[2]}${CLOSE}`,
    );
    expect(statuses(answer)).toEqual([200, 403, 200]);
    expect(seen.toSorted()).toEqual(['GET allowed.test /0 ', 'GET allowed.test /2 ']);
  });

  test('a Connection field cannot take away what frames or routes', async () => {
    const seen: unknown[] = [];
    const port = await httpOrigin((request, response) => {
      const { host, 'content-length': length, 'x-hop': hop } = request.headers;
      seen.push(request.method, host, length, hop);
      response.end();
    });
    await using world = await startWorld(HOSTS);
    const answer = await raw(
      await world.door('allowed.test', port),
      'POST / HTTP/1.1\r\nHost: allowed.test\r\nConnection: close, content-length, host, x-hop\r\nX-Hop: 1\r\nContent-Length: 24\r\n\r\nGET /smuggled HTTP/1.1\r\n',
    );
    expect(statuses(answer)).toEqual([200]);
    expect(seen).toEqual(['POST', 'allowed.test', '24', undefined]);
  });

  test.each([
    'CONNECT allowed.test:443 HTTP/1.1\r\nHost: allowed.test:443\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: allowed.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  ])('a switch to another protocol while an answer is on its way ends it: %s', async (second) => {
    const port = await httpOrigin(() => undefined);
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    const answer = raw(door, `GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n${second}`);
    expect(await answer).toBe('');
    await world.recorder.withData('event', { fault: 'switched_while_answering' });
  });

  test('65 requests sent ahead end it', async () => {
    const port = await httpOrigin(() => undefined);
    await using world = await startWorld(HOSTS);
    const socket = tcpConnect(await world.door('allowed.test', port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n'.repeat(65));
    await once(socket, 'close');
    await world.recorder.withData('event', { fault: 'too_many_pipelined' });
    expect(reasons(world)).toEqual(['ambiguous_target']);
  });
});

describe('large input', () => {
  test('a URL of 40 kB is answered, its record bounded, and the audit goes on', async () => {
    const { port, seen } = await origin();
    await using world = await startWorld(HOSTS);
    const door = await world.door('allowed.test', port);
    const path = `/${'x'.repeat(40_000)}`;
    expect((await ask({ port: door, path, headers: { host: 'allowed.test' } })).status).toBe(200);
    expect((await ask({ port: door, path, headers: { host: 'evil.test' } })).status).toBe(403);
    expect(
      (await ask({ port: door, path: '/after', headers: { host: 'allowed.test' } })).status,
    ).toBe(200);
    await world.recorder.find(
      ({ phase, data }) => phase === 'close' && data['url'] === `http://allowed.test:${port}/after`,
    );
    const lengths = world.recorder.records.map((record) => JSON.stringify(record).length);
    expect(Math.max(...lengths)).toBeLessThan(MAX_RECORDED_URL + 2_000);
    expect(seen).toHaveLength(2);
  });

  test('a head over the limit is a 431, recorded', async () => {
    await using world = await startWorld(HOSTS);
    const head = `GET /${'x'.repeat(70_000)} HTTP/1.1\r\nHost: allowed.test\r\n\r\n`;
    const answer = await raw(await world.door('allowed.test', 80), head);
    expect(statuses(answer)).toEqual([431]);
    await world.recorder.withData('event', { fault: 'HPE_HEADER_OVERFLOW' });
    expect(reasons(world)).toEqual(['ambiguous_target']);
  });

  test('connections over the limit are closed', async () => {
    await using world = await startWorld(HOSTS, { limits: { maxConnectionsPerSession: 2 } });
    const door = await world.door('allowed.test', 80);
    const sockets = [1, 2, 3].map(() => tcpConnect(door, '127.0.0.1'));
    for (const socket of sockets) atEnd(() => socket.destroy());
    await Promise.race(sockets.map((socket) => once(socket, 'close')));
    expect(sockets.filter((socket) => socket.closed)).toHaveLength(1);
  });
});

describe('names and addresses', () => {
  test('the connection goes to the vetted address although the name is rebound meanwhile', async () => {
    const { port } = await origin();
    const answers = [['127.0.0.1'], ['127.0.0.66']];
    let nowMs = 0;
    await using world = await startWorld(
      { ...HOSTS, deniedAddresses: ['127.0.0.66'] },
      { resolve: () => Promise.resolve(answers.shift() ?? []), clock: () => nowMs },
    );
    const door = await world.door('allowed.test', port);
    const status = async () =>
      (await ask({ port: door, headers: { host: 'allowed.test' } })).status;
    expect(await status()).toBe(200);
    nowMs = 60_000;
    expect(await status()).toBe(403);
    expect(reasons(world)).toEqual(['private_address']);
  });

  test('of several addresses only the allowed ones are used', async () => {
    const { port } = await origin();
    await using world = await startWorld(
      { ...HOSTS, deniedAddresses: ['127.0.0.66'] },
      { resolve: () => Promise.resolve(['127.0.0.66', '::ffff:127.0.0.66', '127.0.0.1']) },
    );
    const door = await world.door('allowed.test', port);
    expect((await ask({ port: door, headers: { host: 'allowed.test' } })).status).toBe(200);
  });

  test.each(['127.1', '2130706433', '0x7f000001', '[::1]', '[::ffff:127.0.0.1]', '127.0.0.1'])(
    "an allowed address's Host in disguise: %s",
    async (host) => {
      await using world = await startWorld(HOSTS);
      const door = await world.door('allowed.test', 80);
      expect((await ask({ port: door, headers: { host } })).status).toBe(403);
    },
  );

  test('a name that does not resolve is a 502 that says so', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    await using world = await startWorld(HOSTS, { resolve });
    const door = await world.door('allowed.test', 80);
    const answer = await ask({ port: door, headers: { host: 'allowed.test' } });
    expect(answer.status).toBe(502);
    expect(answer.body).toContain('name_not_resolved (ENOTFOUND)');
  });
});

describe('identity', () => {
  test("correlation is ours: a client's is dropped, ours goes to the gateway only", async () => {
    const seen: unknown[] = [];
    const port = await httpOrigin((request, response) => {
      const { headers } = request;
      seen.push([
        headers['x-coder-agent-firewall-session-id'],
        headers['x-coder-agent-firewall-sequence-number'],
      ]);
      response.end();
    });
    await using world = await startWorld(HOSTS, { isGateway: (url) => url.endsWith('/gateway') });
    const door = await world.door('allowed.test', port);
    const headers = {
      host: 'allowed.test',
      'x-coder-agent-firewall-session-id': 'forged',
      'X-Coder-Agent-Firewall-Sequence-Number': '7',
    };
    await ask({ port: door, path: '/other', headers });
    await ask({ port: door, path: '/gateway', headers });
    expect(seen).toEqual([
      [undefined, undefined],
      [world.session.id, '1'],
    ]);
  });

  test('secrets in a query and in userinfo do not reach the audit', async () => {
    await using world = await startWorld({ hosts: [] });
    const door = await world.door('evil.test', 80);
    await ask({
      port: door,
      path: '/?access_token=SECRET1&q=kept',
      headers: { host: 'evil.test' },
    });
    await ask({ port: door, path: 'http://me:SECRET2@evil.test/', headers: { host: 'evil.test' } });
    const written = JSON.stringify(world.recorder.records);
    expect(written).not.toMatch(/SECRET/);
    expect(written).toContain('access_token=REDACTED&q=kept');
  });
});
