import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AuditEntry } from '../../audit';
import { startCoderApi } from '../../emulator';
import { AigovError } from '../../policy';
import { startServer, type ServerConfig } from '../../server';
import { MAX_SERIES, NumberMetric } from '../../server/metrics/metric';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'aigov-ops-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const FIRST = `event: message_start\ndata: ${JSON.stringify({
  type: 'message_start',
  message: { id: 'm', model: 'claude-x', usage: { input_tokens: 7, output_tokens: 1 } },
})}\n\n`;
const LAST = `event: message_delta\ndata: ${JSON.stringify({
  type: 'message_delta',
  delta: { stop_reason: 'end_turn' },
  usage: { output_tokens: 5 },
})}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`;

/** An upstream that streams, and says its last word when told to. */
async function startUpstream() {
  const waiting: ServerResponse[] = [];
  const keys: string[] = [];
  const arrived = new Set<() => void>();
  const server = createServer((request, response) => {
    keys.push(String(request.headers['x-api-key']));
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(FIRST);
    waiting.push(response);
    for (const tell of arrived) tell();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    finish: () => waiting.splice(0).forEach((response) => response.end(LAST)),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function configOf(upstream: string, overrides: Partial<ServerConfig> = {}): ServerConfig {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    databasePath: join(scratch, 'aigov.db'),
    tokens: [
      { user: 'alice', role: 'member', token: 'token-1' },
      { user: 'root', role: 'admin', token: 'token-of-root' },
    ],
    providers: [{ name: 'anthropic', type: 'anthropic', baseUrl: upstream, keys: ['key-1'] }],
    policies: [],
    ...overrides,
  };
}

function ask(url: string, token: string) {
  return fetch(`${url}/anthropic/v1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({
      model: 'claude-x',
      max_tokens: 9,
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
    }),
  });
}

async function entries(url: string): Promise<readonly AuditEntry[]> {
  const headers = { authorization: 'Bearer token-of-root' };
  const answer = await fetch(`${url}/api/v1/interceptions`, { headers });
  return ((await answer.json()) as { interceptions: AuditEntry[] }).interceptions;
}

test('metrics count what happened, under Coder’s names', async () => {
  const upstream = await startUpstream();
  await using server = await startServer(configOf(upstream.url));
  const answer = await ask(server.url, 'token-1');
  const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
  const provider = 'provider="anthropic",model="claude-x"';
  expect(await metrics()).toContain(
    `coder_ai_gateway_interceptions_inflight{${provider},route="/v1/messages"} 1\n`,
  );
  upstream.finish();
  await answer.text();
  await ask(server.url, 'no-token');
  const text = await metrics();
  const client = 'client="unknown"';
  for (const line of [
    `coder_ai_gateway_interceptions_total{${provider},status="completed",route="/v1/messages",method="POST",${client}} 1`,
    `coder_ai_gateway_interceptions_inflight{${provider},route="/v1/messages"} 0`,
    `coder_ai_gateway_prompts_total{${provider},${client}} 1`,
    `coder_ai_gateway_tokens_total{${provider},type="input",${client}} 7`,
    `coder_ai_gateway_tokens_total{${provider},type="output",${client}} 5`,
    `coder_ai_gateway_interceptions_duration_seconds_count{${provider}} 1`,
    'coder_ai_gateway_provider_info{provider_name="anthropic",provider_type="anthropic",status="enabled"} 1',
    'aigov_refusals_total{code="TOKEN_INVALID"} 1',
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).not.toMatch(/alice/);
  // Every line is a comment or a sample of the text format.
  const sample =
    /^[a-z_]+(?:\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? [-+.\de]+$/;
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^# (?:HELP|TYPE) /.test(line) ? /^#/ : sample);
  upstream.close();
});

test('model names a stranger makes up do not make series without end', () => {
  const metric = new NumberMetric('counter', { name: 'x', help: 'x', open: ['model'] });
  for (let i = 0; i < MAX_SERIES; i += 1) metric.add({ provider: 'p', model: `m-${i}` });
  expect(metric.render()).not.toContain('other');
  for (let i = 0; i < 50; i += 1) metric.add({ provider: 'p', model: `more-${i}` });
  expect(metric.render()).toContain('x{provider="p",model="other"} 50');
  expect(metric.render().split('\n')).toHaveLength(2 + MAX_SERIES + 1);
  metric.add({ provider: 'p', model: 'm-0' });
  expect(metric.render()).toContain('x{provider="p",model="m-0"} 2');
});

test('label values cannot break the format', () => {
  const metric = new NumberMetric('counter', { name: 'x', help: 'x', open: ['model'] });
  metric.add({ model: 'a"} 1\nfake 2\\' });
  expect(metric.render().split('\n').at(-1)).toBe('x{model="a\\"} 1\\nfake 2\\\\"} 1');
});

test('a reload takes keys, tokens and policies; the stream under way ends by the old ones', async () => {
  const upstream = await startUpstream();
  await using server = await startServer(configOf(upstream.url));
  const running = await ask(server.url, 'token-1');
  const next = configOf(upstream.url, {
    tokens: [
      { user: 'alice', role: 'member', token: 'token-2' },
      { user: 'root', role: 'admin', token: 'token-of-root' },
    ],
    providers: [{ name: 'anthropic', type: 'anthropic', baseUrl: upstream.url, keys: ['key-2'] }],
  });
  expect(server.reload(() => next)).toBe(true);
  expect((await ask(server.url, 'token-1')).status).toBe(401);
  const after = await ask(server.url, 'token-2');
  upstream.finish();
  expect(await running.text()).toBe(FIRST + LAST);
  expect(await after.text()).toBe(FIRST + LAST);
  expect(upstream.keys).toEqual(['key-1', 'key-2']);
  const deny = { apiVersion: 'aigov/v1', name: 'org', models: { deny: ['*'] } } as const;
  expect(server.reload(() => ({ ...next, policies: [deny] }))).toBe(true);
  expect((await ask(server.url, 'token-2')).status).toBe(403);
  upstream.close();
});

test('a configuration that is no good changes nothing, and says so', async () => {
  const upstream = await startUpstream();
  const said: string[] = [];
  const warn = (message: string, fields = {}) =>
    void said.push(`${message} ${JSON.stringify(fields)}`);
  await using server = await startServer(configOf(upstream.url), { logger: { warn } });
  const broken = () => {
    throw new AigovError('SERVER_CONFIG_INVALID', 'aigov.yaml:3:5: providers[0].type', {
      remedy: 'x',
    });
  };
  const impossible = configOf(upstream.url, {
    providers: [{ name: 'UPPER', type: 'anthropic', baseUrl: upstream.url, keys: [] }],
  });
  expect([server.reload(broken), server.reload(() => impossible)]).toEqual([false, false]);
  expect(said.join()).toContain('aigov.yaml:3:5');
  const answer = await ask(server.url, 'token-1');
  expect(answer.status).toBe(200);
  upstream.finish();
  await answer.text();
  upstream.close();
});

test('stopping lets a stream end, and records it', async () => {
  const upstream = await startUpstream();
  const server = await startServer(configOf(upstream.url));
  const answer = await ask(server.url, 'token-1');
  const closed = server.close();
  upstream.finish();
  expect(await answer.text()).toBe(FIRST + LAST);
  await closed;
  await using again = await startServer(configOf(upstream.url));
  expect(await entries(again.url)).toMatchObject([{ ending: 'completed' }]);
  upstream.close();
});

test('a stream that does not end is cut at the deadline, and recorded as cut', async () => {
  const upstream = await startUpstream();
  const server = await startServer(configOf(upstream.url), { drainDeadlineMs: 20 });
  const answer = await ask(server.url, 'token-1');
  await server.close();
  await expect(answer.text()).rejects.toThrow('terminated');
  await using again = await startServer(configOf(upstream.url));
  expect(await entries(again.url)).toMatchObject([{ ending: 'client_gone' }]);
  upstream.close();
});

test('readiness names the part that is not well', async () => {
  await using coder = await startCoderApi({ users: {} });
  const roles = {};
  await using server = await startServer(configOf(coder.url, { coder: { url: coder.url, roles } }));
  const ready = async () => {
    const answer = await fetch(`${server.url}/readyz`);
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  const parts = { server: 'ok', ledger: 'ok', limits: 'ok', identity: 'ok' };
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'ok', parts } });
  coder.isFailing = true;
  await ask(server.url, 'some-token');
  const degraded = { ...parts, identity: 'degraded' };
  expect(await ready()).toMatchObject({
    status: 200,
    body: { status: 'degraded', parts: degraded },
  });
  coder.isFailing = false;
  await ask(server.url, 'some-other-token');
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'ok', parts } });
});

test('SIGHUP reads the file again; a bad one is told and not taken', async () => {
  const file = join(scratch, 'aigov.yaml');
  const text = (name: string) =>
    `listen: 127.0.0.1:0\nproviders: [{ name: ${name}, type: anthropic, baseUrl: 'http://127.0.0.1:1' }]\n`;
  writeFileSync(file, text('first'));
  const main = resolve('dist/cli/main.js');
  const child = spawn(process.execPath, [main, 'server', '--config', file], { cwd: scratch });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (err += String(chunk)));
  const until = async (stream: 'stdout' | 'stderr', hasCome: () => boolean) => {
    while (!hasCome()) await once(child[stream], 'data');
  };
  await until('stdout', () => out.includes('listening on'));
  const url = /http:\S+/.exec(out)?.[0] ?? '';
  const probe = async (name: string) => (await fetch(`${url}/${name}/`)).status;
  expect([await probe('first'), await probe('second')]).toEqual([200, 404]);
  writeFileSync(file, text('second'));
  child.kill('SIGHUP');
  await until('stderr', () => err.includes('is in force'));
  expect([await probe('first'), await probe('second')]).toEqual([404, 200]);
  writeFileSync(file, 'providers: [{ name: third, typo: x }]\n');
  child.kill('SIGHUP');
  await until('stderr', () => err.includes('is not taken'));
  expect(err).toContain('aigov.yaml:1:');
  expect(await probe('second')).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
