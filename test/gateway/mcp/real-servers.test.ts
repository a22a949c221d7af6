import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  connect,
  httpServer,
  layer,
  program,
  startEverything,
  startWorld,
  stdioServer,
  textOf,
} from './world';

// Processes start and megabytes pass, on machines that do much else.
jest.setTimeout(60_000);

test('the official client reaches two real servers through relay and server', async () => {
  await using everything = await startEverything();
  await using world = await startWorld({
    servers: [
      httpServer('everything', everything.url),
      stdioServer('files', [process.execPath, program('server-filesystem'), '/tmp']),
    ],
    policies: [layer({ content: { toolArguments: 'store', toolResults: 'store' } })],
  });
  await using remote = await connect(`${world.relay.url}/mcp/everything`);
  const echoed = await remote.client.callTool({ name: 'echo', arguments: { message: 'hello' } });
  expect(textOf(echoed)).toBe('Echo: hello');
  const resources = await remote.client.listResources();
  expect(resources.resources.length).toBeGreaterThan(0);
  const { prompts } = await remote.client.listPrompts();
  expect(prompts.length).toBeGreaterThan(0);

  writeFileSync(join(world.scratch, 'note.txt'), 'from a file');
  await using local = await connect(`${world.relay.url}/mcp/files`);
  const read = { name: 'read_text_file', arguments: { path: join(world.scratch, 'note.txt') } };
  expect(textOf(await local.client.callTool(read))).toContain('from a file');

  const [echo, file] = await world.calls(2);
  expect(echo).toMatchObject({
    kind: 'mcp_call',
    ending: 'completed',
    actor: { user: 'alice' },
    workspace: { name: 'dev' },
    taskId: 'task-7',
    data: {
      server: 'everything',
      tool: 'echo',
      method: 'tools/call',
      effect: 'allow',
      status: 200,
    },
  });
  expect(file?.data).toMatchObject({ server: 'files', tool: 'read_text_file', isError: false });
  expect(echo?.contentHashes['arguments']).toBe(sha256('{"message":"hello"}'));
  expect(echo?.contentHashes['result']).toBe(echo?.data['resultSha256']);
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

test('progress and questions of the server reach the client while a call runs', async () => {
  await using everything = await startEverything();
  await using world = await startWorld({
    servers: [
      httpServer('everything', everything.url),
      stdioServer('local', [process.execPath, program('server-everything'), 'stdio']),
    ],
  });
  for (const name of ['everything', 'local']) {
    await using connected = await connect(`${world.relay.url}/mcp/${name}`);
    const progress: number[] = [];
    const call = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } };
    await connected.client.callTool(call, undefined, {
      onprogress: ({ progress: step }) => progress.push(step),
    });
    expect({ name, progress }).toEqual({ name, progress: [1, 2, 3, 4] });
  }
});

test('a denied tool is invisible and refused, in words for the model', async () => {
  await using everything = await startEverything();
  await using world = await startWorld({
    servers: [
      httpServer('everything', everything.url),
      stdioServer('files', [process.execPath, program('server-filesystem'), '/tmp']),
    ],
    policies: [layer({ mcpServers: { tools: { files: { deny: ['write_*', 'move_file'] } } } })],
    template: [layer({ mcpServers: { tools: { everything: { deny: ['echo'] } } } })],
  });
  for (const { server, tool } of [
    { server: 'files', tool: 'write_file' },
    { server: 'everything', tool: 'echo' },
  ]) {
    await using connected = await connect(`${world.relay.url}/mcp/${server}`);
    const { tools } = await connected.client.listTools();
    expect(tools.length).toBeGreaterThan(3);
    expect(tools.map(({ name }) => name)).not.toContain(tool);
    const refused = await connected.client.callTool({ name: tool, arguments: { message: 'x' } });
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toMatch(/refused by policy \(rule ".*" of layer "org"\)/);
  }
  const [call] = await world.calls(1);
  expect(call).toMatchObject({
    ending: 'refused',
    policy: { layer: 'org', rule: 'write_*' },
    data: {
      server: 'files',
      tool: 'write_file',
      effect: 'deny',
      errorCode: 'MCP_REFUSED_BY_POLICY',
    },
  });
  const [own] = await world.refused.written('open');
  expect(own).toMatchObject({ kind: 'mcp_call', data: { server: 'everything', tool: 'echo' } });
});

test('a session the server has forgotten is begun again, and the client does not notice', async () => {
  const first = await startEverything();
  await using world = await startWorld({ servers: [httpServer('everything', first.url)] });
  await using connected = await connect(`${world.relay.url}/mcp/everything`);
  const { sessionId } = connected.transport;
  await first[Symbol.asyncDispose]();
  await using _second = await startEverything(first.port);
  const calls = Array.from({ length: 5 }, (_, i) =>
    connected.client.callTool({ name: 'echo', arguments: { message: String(i) } }),
  );
  expect((await Promise.all(calls)).map(textOf)).toEqual([0, 1, 2, 3, 4].map((i) => `Echo: ${i}`));
  expect(connected.transport.sessionId).toBe(sessionId);
});
