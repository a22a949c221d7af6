import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMcpGateway, type McpGatewayOptions } from '../../../gateway';
import { createMemoryTools } from '../../../gateway/mcp/memory-tools';
import { MAX_HANDSHAKE_BYTES } from '../../../gateway/mcp/sessions';
import { compilePolicy } from '../../../policy';
import { listen, MemoryRecorder } from '../harness';
import { httpServer } from './world';

/** A server of the generation with sessions that answers handshakes and calls, and keeps streams open. */
async function startSessions(onCall: (response: ServerResponse) => void) {
  let begun = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (request.method === 'GET') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      } else if (body.includes('"initialize"')) {
        response.writeHead(200, {
          'content-type': 'application/json',
          'mcp-session-id': `up-${++begun}`,
        });
        response.end('{"jsonrpc":"2.0","id":1,"result":{}}');
      } else if (body.includes('"notifications/')) response.writeHead(202).end();
      else onCall(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

jest.setTimeout(60_000);

const done = (response: ServerResponse) =>
  void response
    .writeHead(200, { 'content-type': 'application/json' })
    .end('{"jsonrpc":"2.0","id":2,"result":{}}');

async function startGateway(
  upstream: { url: string },
  overrides: Pick<McpGatewayOptions, 'limits'> & { fault?: Error; onFailure?: 'allow' } = {},
) {
  const recorder = new MemoryRecorder();
  recorder.fault = overrides.fault;
  const { onFailure } = overrides;
  const policy = compilePolicy(
    onFailure === undefined ? [] : [{ apiVersion: 'aigov/v1', name: 'p', audit: { onFailure } }],
  );
  const gateway = await listen(
    createMcpGateway({
      servers: [httpServer('one', upstream.url)],
      authenticate: (user) => ({ user, isVerified: true }),
      policy,
      recorder,
      tools: createMemoryTools(),
      ...(overrides.limits === undefined ? {} : { limits: overrides.limits }),
    }),
  );
  const send = (method: string, body: string | null, session?: string, signal?: AbortSignal) =>
    fetch(`${gateway.url}/mcp/one`, {
      method,
      body,
      headers: {
        authorization: 'Bearer alice',
        ...(session === undefined ? {} : { 'mcp-session-id': session }),
      },
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    recorder,
    send,
    begin: async (padding = '') => {
      const hello = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { padding } };
      return (await send('POST', JSON.stringify(hello))).headers;
    },
    call: (session?: string, signal?: AbortSignal) => send('POST', CALL, session, signal),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

const CALL = '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"t"}}';
const idOf = (headers: Headers) => headers.get('mcp-session-id') ?? '';

test('one session more than the limit ends the one unused longest', async () => {
  await using upstream = await startSessions(done);
  await using gateway = await startGateway(upstream, { limits: { maxSessions: 2 } });
  const [first, second] = [idOf(await gateway.begin()), idOf(await gateway.begin())];
  expect((await gateway.call(first)).status).toBe(200);
  const third = idOf(await gateway.begin());
  const statuses = [first, second, third].map(async (id) => (await gateway.call(id)).status);
  expect(await Promise.all(statuses)).toEqual([200, 404, 200]);
});

test('a session nobody used for too long is gone', async () => {
  await using upstream = await startSessions(done);
  await using gateway = await startGateway(upstream, { limits: { sessionIdleMs: -1 } });
  expect((await gateway.call(idOf(await gateway.begin()))).status).toBe(404);
});

test('a handshake is kept up to its limit and refused beyond', async () => {
  await using upstream = await startSessions(done);
  await using gateway = await startGateway(upstream);
  const empty = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { padding: '' },
  });
  const room = MAX_HANDSHAKE_BYTES - empty.length;
  expect(idOf(await gateway.begin('x'.repeat(room)))).not.toBe('');
  const refused = await gateway.begin('x'.repeat(room + 1));
  expect(refused.get('x-aigov-error')).toBe('BODY_TOO_LARGE');
});

test('one listener more than the limit is refused; closing ends the others and does not wait for them', async () => {
  await using upstream = await startSessions(done);
  const gateway = await startGateway(upstream, { limits: { maxListeners: 1 } });
  const session = idOf(await gateway.begin());
  const open = await gateway.send('GET', null, session);
  expect(open.headers.get('content-type')).toBe('text/event-stream');
  const second = await gateway.send('GET', null, session);
  expect(second.headers.get('x-aigov-error')).toBe('MCP_LISTENERS_FULL');
  await gateway[Symbol.asyncDispose]();
  await expect(open.text()).rejects.toThrow('terminated');
});

test('a client that leaves ends the call upstream, and the record says so', async () => {
  let arrive: (response: ServerResponse) => void = () => undefined;
  const arrived = new Promise<ServerResponse>((resolve) => (arrive = resolve));
  await using upstream = await startSessions((response) => arrive(response));
  await using gateway = await startGateway(upstream);
  const leaving = new AbortController();
  const call = gateway.call(undefined, leaving.signal);
  const response = await arrived;
  const gone = new Promise<void>((resolve) => response.once('close', () => resolve()));
  leaving.abort();
  await expect(call).rejects.toThrow('aborted');
  await gone;
  const [close] = await gateway.recorder.written('close');
  expect(close?.data).toMatchObject({ ending: 'client_gone' });
});

test('a server cut in the middle of an answer is a cut for the client and in the record', async () => {
  await using upstream = await startSessions((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(
      'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n',
      () => response.destroy(),
    );
  });
  await using gateway = await startGateway(upstream);
  await expect((await gateway.call()).text()).rejects.toThrow('terminated');
  const [close] = await gateway.recorder.written('close');
  expect(close?.data).toMatchObject({ ending: 'upstream_cut' });
  expect(close?.data['resultSha256']).toBeUndefined();
});

test('a call that cannot be recorded does not go on, unless policy lets it', async () => {
  let reached = 0;
  await using upstream = await startSessions((response) => {
    reached += 1;
    done(response);
  });
  const fault = new Error('disk full');
  await using strict = await startGateway(upstream, { fault });
  const refused = await strict.call();
  expect([refused.status, reached]).toEqual([503, 0]);
  expect(refused.headers.get('x-aigov-error')).toBe('AUDIT_UNAVAILABLE');
  await using lenient = await startGateway(upstream, { fault, onFailure: 'allow' });
  expect([(await lenient.call()).status, reached]).toEqual([200, 1]);
});
