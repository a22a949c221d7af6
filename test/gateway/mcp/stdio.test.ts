import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connect, startWorld, stdioServer, textOf, TOKENS } from './world';

// Processes start and megabytes pass, on machines that do much else.
jest.setTimeout(60_000);

const ODD = [process.execPath, join(__dirname, 'odd-server.cjs')] as const;

async function startOdd(limits: Parameters<typeof stdioServer>[2] = {}) {
  const world = await startWorld({ servers: [stdioServer('odd', ODD, limits)] });
  const url = `${world.server.url}/mcp/odd`;
  return { world, url, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

type Connected = Awaited<ReturnType<typeof connect>>;
const call = async ({ client }: Connected, name: string) =>
  textOf(await client.callTool({ name, arguments: {} }));

test('lines that are no message, or nobody’s, are dropped; 10 MB come through', async () => {
  await using odd = await startOdd();
  await using connected = await connect(odd.url, TOKENS.alice);
  expect(await call(connected, 'garbage')).toBe('after garbage');
  expect(await call(connected, 'huge')).toHaveLength(10 * 1024 * 1024);
  const [, huge] = await odd.world.calls(2);
  expect(huge?.data['resultBytes']).toBeGreaterThan(10 * 1024 * 1024);
});

test('a call that is never answered ends at its limit, and the process goes on', async () => {
  await using odd = await startOdd({ callSeconds: 1 });
  await using connected = await connect(odd.url, TOKENS.alice);
  const before = await call(connected, 'pid');
  await expect(call(connected, 'never')).rejects.toThrow(/MCP_SERVER_TIMEOUT/);
  expect(await call(connected, 'pid')).toBe(before);
  const [, ended] = await odd.world.calls(2);
  expect(ended).toMatchObject({
    ending: 'upstream_error',
    data: { errorCode: 'MCP_SERVER_TIMEOUT' },
  });
});

test.each([
  { tool: 'die', limits: {} },
  { tool: 'endless', limits: { messageMb: 1 } },
  { tool: 'flood', limits: {} },
  { tool: 'hog', limits: { memoryMb: 200 } },
])(
  'a process that ends in the middle of a call ($tool) is told as such',
  async ({ tool, limits }) => {
    await using odd = await startOdd(limits);
    await using connected = await connect(odd.url, TOKENS.alice);
    const before = await call(connected, 'pid');
    await expect(call(connected, tool)).rejects.toThrow(/MCP_SERVER_DIED/);
    const [, ended] = await odd.world.calls(2);
    expect(ended).toMatchObject({
      ending: 'upstream_error',
      data: { errorCode: 'MCP_SERVER_DIED' },
    });
    // One that ended by itself after it had worked is started again at once, unseen; one we had to end rests first.
    if (tool === 'die') expect(await call(connected, 'pid')).not.toBe(before);
    else
      await expect(call(connected, 'pid')).rejects.toThrow(
        /MCP_SESSION_UNKNOWN|MCP_SERVER_RESTING/,
      );
  },
);

test('a program that is not there is not started over and over', async () => {
  await using world = await startWorld({ servers: [stdioServer('odd', ['/nowhere/at-all'])] });
  const url = `${world.server.url}/mcp/odd`;
  await expect(connect(url, TOKENS.alice)).rejects.toThrow(/MCP_SERVER_DIED/);
  await expect(connect(url, TOKENS.alice)).rejects.toThrow(/MCP_SERVER_RESTING/);
});

test('one session more than the limit of processes is refused, and fits when another ends', async () => {
  await using odd = await startOdd({ processes: 2 });
  await using first = await connect(odd.url, TOKENS.alice);
  await using _second = await connect(odd.url, TOKENS.bob);
  await expect(connect(odd.url, TOKENS.alice)).rejects.toThrow(/MCP_SERVER_FULL/);
  await first.transport.terminateSession();
  await using third = await connect(odd.url, TOKENS.alice);
  expect(await call(third, 'plain')).toBe('fine');
});

test('a process sees the variables it was given and no others', async () => {
  process.env['AIGOV_TEST_SECRET'] = 'of the server';
  await using odd = await startOdd();
  await using connected = await connect(odd.url, TOKENS.alice);
  delete process.env['AIGOV_TEST_SECRET'];
  const seen = JSON.parse(await call(connected, 'environment')) as Record<string, string>;
  expect(Object.keys(seen)).toEqual(['PATH']);
});

test('what a process started ends with it, and it ends with the server', async () => {
  const odd = await startOdd();
  const connected = await connect(odd.url, TOKENS.alice);
  const [server, child] = [await call(connected, 'pid'), await call(connected, 'child')];
  expect(existsSync(`/proc/${child}`)).toBe(true);
  await connected.client.close();
  await odd.world[Symbol.asyncDispose]();
  // A zombie would still have a folder: init reaps the grandchild, so its state is looked at until it is gone.
  for (const pid of [server, child]) while (existsSync(`/proc/${pid}/exe`)) await gone(pid);
  expect([server, child].filter((pid) => existsSync(`/proc/${pid}/exe`))).toEqual([]);
});

function gone(_pid: string): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('a session is its user’s alone', async () => {
  await using odd = await startOdd();
  await using connected = await connect(odd.url, TOKENS.alice);
  const steal = await fetch(odd.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${TOKENS.bob}`,
      'content-type': 'application/json',
      'mcp-session-id': connected.transport.sessionId ?? '',
    },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pid"}}',
  });
  expect(steal.status).toBe(404);
  expect(await steal.text()).toContain('MCP_SESSION_UNKNOWN');
});
