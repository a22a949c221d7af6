import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { ask, atEnd, endAll, httpOrigin, httpsOrigin, raw } from './egress-origins';
import { listen, startWorld } from './egress-world';

afterEach(endAll);

describe('forwards', () => {
  test('plain HTTP to an allowed name, and records it open and closed', async () => {
    const port = await httpOrigin((_request, response) => response.end('hello'));
    await using world = await startWorld({ hosts: ['allowed.test'] });
    const door = await world.door('allowed.test', port);
    const answer = await ask({ port: door, path: '/a?b=c', headers: { host: 'allowed.test' } });
    expect(answer).toMatchObject({ status: 200, body: 'hello' });
    const close = await world.recorder.withData('close');
    const open = await world.recorder.withData('open');
    expect(close.id).toBe(open.id);
    expect(close.firewall).toEqual({ sessionId: world.session.id, sequence: 0 });
    expect(close.policy).toEqual({ version: 'v1', layer: 'test', rule: 'r1' });
    expect(close.data).toMatchObject({
      protocol: 'http/1.1',
      method: 'GET',
      url: `http://allowed.test:${port}/a?b=c`,
      host: 'allowed.test',
      port,
      effect: 'allow',
      isInspected: true,
      status: 200,
      bytesIn: 5,
      bytesOut: 0,
      ending: 'completed',
    });
  });

  test('HTTPS, inspected, to an origin whose certificate is verified', async () => {
    const port = await httpsOrigin((_request, response) => response.end('secret'));
    await using world = await startWorld({ hosts: ['allowed.test'] });
    const door = await world.door('allowed.test', port);
    const answer = await ask({
      port: door,
      isTls: true,
      headers: { host: `allowed.test:${port}` },
    });
    expect(answer).toMatchObject({ status: 200, body: 'secret' });
    const close = await world.recorder.withData('close');
    expect(close.data).toMatchObject({
      url: `https://allowed.test:${port}/`,
      serverName: 'allowed.test',
      isInspected: true,
    });
  });

  test('the body both ways with its length, and header order and spelling', async () => {
    let seen: readonly string[] = [];
    const port = await httpOrigin((request, response) => {
      seen = request.rawHeaders;
      response.writeHead(201, 'Made', ['X-Odd', 'a', 'Set-Cookie', '1', 'set-cookie', '2']);
      request.pipe(response);
    });
    await using world = await startWorld({ hosts: ['allowed.test'] });
    const door = await world.door('allowed.test', port);
    const head =
      'POST / HTTP/1.1\r\nhOST: allowed.test\r\nX-B: 2\r\nx-a: 1\r\nContent-Length: 4\r\n';
    const answer = await raw(door, `${head}Connection: close\r\n\r\nbody`);
    expect(seen.slice(0, 8)).toEqual([
      'hOST',
      'allowed.test',
      'X-B',
      '2',
      'x-a',
      '1',
      'Content-Length',
      '4',
    ]);
    expect(answer).toContain('HTTP/1.1 201 Made\r\nX-Odd: a\r\nSet-Cookie: 1\r\nset-cookie: 2\r\n');
    expect(answer).toContain('body');
    expect(answer).not.toContain('\r\nDate: \r\n');
  });

  test('keeps connections on both sides', async () => {
    const origins = new Set<unknown>();
    const port = await httpOrigin((request, response) => {
      origins.add(request.socket);
      response.end('x');
    });
    await using world = await startWorld({ hosts: ['allowed.test'] });
    const door = await world.door('allowed.test', port);
    const agent = new Agent({ keepAlive: true });
    atEnd(() => agent.destroy());
    const clients = new Set<unknown>();
    for (let i = 0; i < 3; i += 1) {
      const request = httpRequest({ port: door, agent, headers: { host: 'allowed.test' } });
      request.end();
      const [response] = await once(request, 'response');
      await text(response);
      clients.add(request.socket);
    }
    expect(clients.size).toBe(1);
    expect(origins.size).toBe(1);
  });
});

describe('denies', () => {
  test('a name no rule allows, with a text to act on, and records it once', async () => {
    await using world = await startWorld({ hosts: ['allowed.test'] });
    const door = await world.door('other.test', 80);
    const answer = await ask({ port: door, path: '/x', headers: { host: 'other.test' } });
    expect(answer.status).toBe(403);
    expect(answer.headers).toMatchObject({
      'x-aigov-decision': 'deny',
      'x-aigov-reason': 'no_rule_matched',
      'x-aigov-remedy': 'Add "domain=other.test".',
    });
    expect(answer.body).toContain('GET http://other.test/x');
    expect(answer.body).toContain('Add "domain=other.test".');
    expect(world.recorder.records.map((record) => record.phase)).toEqual(['event']);
    expect(world.recorder.records[0]?.data).toMatchObject({
      effect: 'deny',
      reason: 'no_rule_matched',
      remedy: 'Add "domain=other.test".',
    });
  });

  test('the same over HTTPS, as JSON where it is asked for', async () => {
    await using world = await startWorld({ hosts: [] });
    const door = await world.door('other.test', 443);
    const headers = { host: 'other.test', accept: 'application/json' };
    const answer = await ask({ port: door, isTls: true, serverName: 'other.test', headers });
    expect(JSON.parse(answer.body)).toMatchObject({
      error: { code: 'egress_denied', url: 'https://other.test/', reason: 'no_rule_matched' },
    });
  });

  test.each([
    { address: '203.0.113.9', host: '203.0.113.9', why: 'an IPv4 literal' },
    { address: '2001:db8::9', host: '[2001:db8::9]', why: 'an IPv6 literal' },
    { address: '203.0.113.9', host: 'allowed.test', why: 'an allowed Host on a foreign address' },
  ])('$why', async ({ address, host }) => {
    await using world = await startWorld({ hosts: ['allowed.test'] });
    const door = await world.doorTo(address, 80);
    expect((await ask({ port: door, headers: { host } })).status).toBe(403);
  });

  test('TCP that is no HTTP: closed and recorded with the rule it would need', async () => {
    await using world = await startWorld({ hosts: ['allowed.test'] });
    const door = await world.door('allowed.test', 22);
    expect(await raw(door, 'SSH-2.0-x\r\n')).toBe('');
    expect(world.recorder.records[0]?.data).toMatchObject({
      protocol: 'tcp',
      host: 'allowed.test',
      port: 22,
      effect: 'deny',
      remedy: 'Add tcp "allowed.test:22".',
    });
  });

  test('an allowed name whose address the policy refuses', async () => {
    const port = await httpOrigin((_request, response) => response.end('metadata'));
    await using world = await startWorld({
      hosts: ['allowed.test'],
      deniedAddresses: ['127.0.0.1'],
    });
    const door = await world.door('allowed.test', port);
    const answer = await ask({ port: door, headers: { host: 'allowed.test' } });
    expect(answer.status).toBe(403);
    expect(answer.headers['x-aigov-reason']).toBe('private_address');
  });
});

describe('raw TCP by name and port', () => {
  test('a server that speaks first is reached when a rule names it', async () => {
    const server = createTcpServer((socket) => {
      socket.write('banner\n');
      socket.pipe(socket);
    });
    const port = await listen(server);
    await using world = await startWorld({ tcp: [`db.test:${port}`] });
    const door = await world.door('db.test', port);
    expect(await raw(door, 'echo', true)).toBe('banner\necho');
    server.close();
    const close = await world.recorder.withData('close');
    expect(close.data).toMatchObject({
      protocol: 'tcp',
      isInspected: false,
      bytesIn: 11,
      bytesOut: 4,
      ending: 'completed',
    });
  });
});

describe('when the world is broken', () => {
  test('an origin that refuses the connection is a 502 with the reason', async () => {
    await using world = await startWorld({ hosts: ['allowed.test'] });
    const port = await httpOrigin(() => undefined);
    endAll();
    const door = await world.door('allowed.test', port);
    const answer = await ask({ port: door, headers: { host: 'allowed.test' } });
    expect(answer.status).toBe(502);
    expect(answer.headers['x-aigov-failure']).toBe('connect_failed');
    const close = await world.recorder.withData('close');
    expect(close.data).toMatchObject({ ending: 'upstream_error', failure: 'connect_failed' });
  });

  test('an origin whose certificate is for another name is a 502', async () => {
    const port = await httpsOrigin((_request, response) => response.end('x'), 'another.test');
    await using world = await startWorld({ hosts: ['allowed.test'] });
    const door = await world.door('allowed.test', port);
    const answer = await ask({
      port: door,
      isTls: true,
      headers: { host: `allowed.test:${port}` },
    });
    expect(answer.status).toBe(502);
    expect(answer.headers['x-aigov-failure']).toBe('tls_failed');
  });

  test.each([
    { onFailure: 'block', status: 503 },
    { onFailure: 'allow', status: 200 },
  ] as const)(
    'a record that cannot be written: $onFailure is $status',
    async ({ onFailure, status }) => {
      let requests = 0;
      const port = await httpOrigin((_request, response) => {
        requests += 1;
        response.end('x');
      });
      await using world = await startWorld({ hosts: ['allowed.test'] }, {}, () => onFailure);
      world.recorder.isBroken = true;
      const door = await world.door('allowed.test', port);
      expect((await ask({ port: door, headers: { host: 'allowed.test' } })).status).toBe(status);
      expect(requests).toBe(onFailure === 'block' ? 0 : 1);
    },
  );

  test.each([
    { onFailure: 'block', isForwarded: false },
    { onFailure: 'allow', isForwarded: true },
  ] as const)(
    'a record not yet on disk: with $onFailure the request is forwarded: $isForwarded',
    async ({ onFailure, isForwarded }) => {
      const port = await httpOrigin((_request, response) => response.end('x'));
      await using world = await startWorld({ hosts: ['allowed.test'] }, {}, () => onFailure);
      const release = world.recorder.hold();
      const answered = ask({
        port: await world.door('allowed.test', port),
        headers: { host: 'allowed.test' },
      });
      let isAnswered = false;
      void answered.then(() => (isAnswered = true));
      await world.recorder.withData('open');
      if (isForwarded) await answered;
      // Requests that are not held, one after the other: a held one that was forwarded would be through by then.
      await using other = await startWorld({ hosts: ['allowed.test'] });
      const door = await other.door('allowed.test', port);
      for (let i = 0; i < 5; i += 1) await ask({ port: door, headers: { host: 'allowed.test' } });
      expect(isAnswered).toBe(isForwarded);
      release();
      expect((await answered).status).toBe(200);
    },
  );
});
