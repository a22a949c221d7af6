import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { httpServer, layer, startWorld, stdioServer, textOf } from './world';
import { startModern } from './modern-http';

// Processes start and megabytes pass, on machines that do much else.
jest.setTimeout(60_000);

/** The official client of the stateless generation: it never says hello. */
async function connectModern(url: string) {
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: 'Bearer aigov-placeholder' } },
  });
  await client.connect(transport);
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
    },
  };
}

const NO_FORBIDDEN = [
  layer({
    mcpServers: { tools: { modern: { deny: ['forbidden'] }, local: { allow: ['shout'] } } },
  }),
];
const LOCAL = stdioServer('local', [process.execPath, join(__dirname, 'modern-stdio.cjs')]);

test.each(['modern', 'local'])('the stateless generation works through to %s', async (name) => {
  await using modern = await startModern();
  await using world = await startWorld({
    servers: [httpServer('modern', modern.url), LOCAL],
    policies: NO_FORBIDDEN,
  });
  await using connected = await connectModern(`${world.relay.url}/mcp/${name}`);
  const { tools } = await connected.client.listTools();
  expect(tools.map((tool) => tool.name)).toEqual(['shout']);
  const call = (tool: string) =>
    connected.client.callTool({ name: tool, arguments: { text: 'hello' } });
  expect(textOf(await call('shout'))).toMatch(/^HELLO/);
  const refused = await call('forbidden');
  expect(refused.isError).toBe(true);
  expect(textOf(refused)).toContain('refused by policy');
  const [done, denied] = await world.calls(2);
  expect(done).toMatchObject({
    ending: 'completed',
    data: { server: name, tool: 'shout', protocolVersion: '2026-07-28' },
  });
  expect(denied).toMatchObject({ ending: 'refused', data: { tool: 'forbidden' } });
  expect(modern.seen.every((headers) => headers['mcp-session-id'] === undefined)).toBe(true);
  expect(JSON.stringify(modern.seen)).not.toMatch(/token-of-alice|aigov-placeholder|x-aigov/);
});

test('a subscription stays open and brings what it was opened for', async () => {
  await using modern = await startModern();
  await using world = await startWorld({ servers: [httpServer('modern', modern.url)] });
  await using connected = await connectModern(`${world.relay.url}/mcp/modern`);
  const changed = new Promise((resolve) =>
    connected.client.setNotificationHandler('notifications/tools/list_changed', resolve),
  );
  const subscription = await connected.client.listen({ toolsListChanged: true });
  modern.handler.notify.toolsChanged();
  expect(await changed).toMatchObject({ method: 'notifications/tools/list_changed' });
  await subscription.close();
});

test('one process serves all requests of a user, and none of another', async () => {
  await using world = await startWorld({ servers: [LOCAL] });
  const pidOf = async (url: string, token: string) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'shout',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: {
          name: 'shout',
          arguments: { text: 'x' },
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientCapabilities': {},
            'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
          },
        },
      }),
    });
    const body = (await answer.json()) as { id: number; result: unknown };
    expect(body.id).toBe(1);
    return textOf(body.result);
  };
  const server = `${world.server.url}/mcp/local`;
  // All with the same id: each gets its own answer.
  const [one, two, other] = await Promise.all([
    pidOf(server, 'token-of-alice'),
    pidOf(server, 'token-of-alice'),
    pidOf(server, 'token-of-bob'),
  ]);
  expect(one).toBe(two);
  expect(other).not.toBe(one);
});
