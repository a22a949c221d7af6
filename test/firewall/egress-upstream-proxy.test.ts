import { createServer, type IncomingMessage } from 'node:http';
import { connect as tcpConnect } from 'node:net';
import type { Duplex } from 'node:stream';
import { ask, atEnd, endAll, httpOrigin, httpsOrigin, raw } from './egress-origins';
import { listen, startWorld } from './egress-world';

afterEach(endAll);

/** A company's proxy: wants credentials, resolves every name to loopback, remembers what it was asked. */
async function startProxy(status = 200): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const note = (request: IncomingMessage): boolean => {
    const credentials = request.headers['proxy-authorization'] ?? 'none';
    asked.push(`${request.method} ${request.url} ${credentials}`);
    return status === 200;
  };
  const server = createServer((request, response) => {
    note(request);
    response.end(`plain for ${request.headers.host}`);
  });
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    if (!note(request)) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const port = Number(/:(\d+)$/.exec(request.url ?? '')?.[1]);
    const origin = tcpConnect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(origin).pipe(socket);
    });
    origin.on('error', () => socket.destroy());
    socket.on('error', () => origin.destroy());
    socket.on('close', () => origin.destroy());
  });
  const port = await listen(server);
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://me:p%40ss@127.0.0.1:${port}`, asked };
}

const BASIC = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
/** Names mean nothing outside: only the proxy knows them. */
const NO_RESOLVER = { resolve: () => Promise.reject(new Error('asked the resolver')) };

test('https, WebSocket-capable, goes through CONNECT, twice over one connection', async () => {
  const port = await httpsOrigin((_request, response) => response.end('inside'));
  const proxy = await startProxy();
  await using world = await startWorld(
    { hosts: ['allowed.test'] },
    { upstreamProxy: { url: proxy.url }, ...NO_RESOLVER },
  );
  const door = await world.door('allowed.test', port);
  const options = { port: door, isTls: true, headers: { host: `allowed.test:${port}` } };
  expect((await ask(options)).body).toBe('inside');
  expect((await ask(options)).body).toBe('inside');
  expect(proxy.asked).toEqual([`CONNECT allowed.test:${port} ${BASIC}`]);
});

test('plain http goes in absolute form, and credentials never come from the client', async () => {
  const proxy = await startProxy();
  await using world = await startWorld(
    { hosts: ['allowed.test'] },
    { upstreamProxy: { url: proxy.url }, ...NO_RESOLVER },
  );
  const door = await world.door('allowed.test', 80);
  const headers = { host: 'allowed.test', 'proxy-authorization': 'Basic forged' };
  const answer = await ask({ port: door, path: '/x?y', headers });
  expect(answer.body).toBe('plain for allowed.test');
  expect(proxy.asked).toEqual([`GET http://allowed.test/x?y ${BASIC}`]);
});

test('raw TCP goes through CONNECT; a bypassed host does not', async () => {
  const port = await httpOrigin((_request, response) => response.end('direct'));
  const proxy = await startProxy();
  await using world = await startWorld(
    { hosts: ['near.corp.test'], tcp: [`db.test:${port}`] },
    { upstreamProxy: { url: proxy.url, bypass: ['.corp.test'] } },
  );
  const request = 'GET / HTTP/1.1\r\nHost: near.corp.test\r\nConnection: close\r\n\r\n';
  expect(await raw(await world.door('db.test', port), request)).toMatch(/direct$/);
  expect(await raw(await world.door('near.corp.test', port), request)).toMatch(/direct$/);
  expect(proxy.asked).toEqual([`CONNECT db.test:${port} ${BASIC}`]);
});

test('a proxy that refuses is a 502 that gives its status', async () => {
  const proxy = await startProxy(407);
  await using world = await startWorld(
    { hosts: ['allowed.test'] },
    { upstreamProxy: { url: proxy.url }, ...NO_RESOLVER },
  );
  const door = await world.door('allowed.test', 443);
  const answer = await ask({ port: door, isTls: true, headers: { host: 'allowed.test' } });
  expect(answer.status).toBe(502);
  expect(answer.body).toContain('proxy_refused (407)');
  expect(JSON.stringify(world.recorder.records)).not.toContain('p@ss');
});

test('an address stays an address: the policy judges it although the proxy would connect', async () => {
  const proxy = await startProxy();
  await using world = await startWorld(
    { hosts: ['169.254.169.254'], deniedAddresses: ['169.254.169.254'] },
    { upstreamProxy: { url: proxy.url } },
  );
  const door = await world.doorTo('169.254.169.254', 80);
  const answer = await ask({ port: door, headers: { host: '169.254.169.254' } });
  expect(answer.headers['x-aigov-reason']).toBe('private_address');
  expect(proxy.asked).toEqual([]);
});
