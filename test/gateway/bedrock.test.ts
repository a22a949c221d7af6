import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePolicy } from '../../policy';
import { createGateway, type AwsAccount } from '../../gateway';
import { EventStreamParser } from '../../gateway/event-stream/parser';
import { openChunk } from '../../gateway/providers/bedrock-invoke/stream';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';
import { listen, MemoryRecorder } from './harness';

const SESSION_TOKEN = 'session-token-of-alice';
const AWS = { accessKeyId: 'AKIDEXAMPLEEXAMPLE00', secretAccessKey: 'secret/of+the=company' };
const ROLE = { accessKeyId: 'ASIAROLEROLEROLEROLE', secretAccessKey: 'secret-of-the-role' };
const ROLE_ARN = 'arn:aws:iam::111122223333:role/gateway';
const MODEL = 'arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic.claude-x-v1:0';
const TURN: ScriptedTurn = {
  content: [
    { type: 'text', text: 'Removing it.' },
    { type: 'tool_use', id: 'tooluse_1', name: 'Bash', input: { command: 'rm -rf /' } },
  ],
  usage: { inputTokens: 5, outputTokens: 9, cacheReadTokens: 70, cacheWriteTokens: 3 },
};

interface WorldOptions {
  readonly account?: Partial<AwsAccount>;
  readonly accepted?: typeof AWS;
  readonly policy?: object;
  readonly turn?: ScriptedTurn;
}

async function start({ account, accepted = AWS, policy = {}, turn = TURN }: WorldOptions = {}) {
  const upstream = await startModelUpstream({ turns: () => turn, apiKey: 'none', aws: accepted });
  const recorder = new MemoryRecorder();
  const source = { kind: 'static', credentials: AWS } as const;
  const aws: AwsAccount = { region: 'us-east-1', service: 'bedrock', source, ...account };
  const gateway = await listen(
    createGateway({
      providers: [{ name: 'bedrock', type: 'bedrock', baseUrl: upstream.url, keys: [], aws }],
      authenticate: (token) =>
        token === SESSION_TOKEN ? { user: 'alice', isVerified: true } : undefined,
      policy: compilePolicy([{ apiVersion: 'aigov/v1', name: 'org', ...policy }]),
      recorder,
    }),
  );
  return {
    upstream,
    recorder,
    ask: (method: string, body: object, headers: Record<string, string> = {}) =>
      fetch(`${gateway.url}/bedrock/model/${encodeURIComponent(MODEL)}/${method}?a=b%20c&a=*`, {
        method: 'POST',
        headers: { authorization: `Bearer ${SESSION_TOKEN}`, ...headers },
        body: JSON.stringify(body),
      }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

const CONVERSE = { messages: [{ role: 'user', content: [{ text: 'clean up' }] }] };
const INVOKE = {
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 10,
  messages: [{ role: 'user', content: 'clean up' }],
};

/** The four calls, and the text of an answer as its client reads it. */
const CALLS: readonly { method: string; body: object; textOf(answer: Buffer): string }[] = [
  { method: 'converse', body: CONVERSE, textOf: (answer) => answer.toString('utf8') },
  { method: 'converse-stream', body: CONVERSE, textOf: (answer) => readStream(answer) },
  { method: 'invoke', body: INVOKE, textOf: (answer) => answer.toString('utf8') },
  { method: 'invoke-with-response-stream', body: INVOKE, textOf: (answer) => readStream(answer) },
];

function readStream(answer: Buffer): string {
  const lines: string[] = [];
  const parser = new EventStreamParser(({ event, data }) => {
    lines.push(`${event} ${openChunk(event, data)?.data ?? data}`);
  });
  parser.push(answer);
  expect(parser.heldBytes).toBe(0);
  return lines.join('\n');
}

test.each(CALLS)('$method: signed anew, read in full, no token upstream', async (call) => {
  await using world = await start();
  const answer = await world.ask(call.method, call.body);
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
  const [open] = await world.recorder.written('open');
  const [close] = await world.recorder.written('close');
  expect(open).toMatchObject({
    content: { prompt: 'clean up' },
    data: { provider: 'bedrock', model: MODEL, credentialHint: 'AKID…LE00' },
  });
  expect(close?.data).toMatchObject({
    ending: 'completed',
    usage: world.upstream.sentUsage[0],
    toolCalls: [{ id: 'tooluse_1', name: 'Bash' }],
  });
  const [received] = world.upstream.received;
  expect(JSON.stringify(received?.rawHeaders)).not.toContain(SESSION_TOKEN);
  expect(received?.headers.authorization).toContain('/us-east-1/bedrock/aws4_request');
});

test.each(CALLS)('$method: a forbidden tool call never reaches the client', async (call) => {
  await using world = await start({ policy: { tools: { shell: 'guard' } } });
  const answer = await world.ask(call.method, call.body);
  const text = call.textOf(Buffer.from(await answer.arrayBuffer()));
  expect(text).toContain('The call of tool');
  expect(text).toContain('end_turn');
  expect(text).not.toContain('tooluse_1');
});

test('an exception within a stream is in the record', async () => {
  const behaviour = { kind: 'error_event', afterEvents: 3, errorType: 'throttled' } as const;
  await using world = await start({ turn: { ...TURN, behaviour } });
  await (await world.ask('converse-stream', CONVERSE)).arrayBuffer();
  const [close] = await world.recorder.written('close');
  expect(close?.data).toMatchObject({
    ending: 'upstream_error',
    errorCode: 'throttlingException',
  });
});

test('a refusal is an AWS error', async () => {
  await using world = await start({ policy: { models: { allow: ['bedrock/other'] } } });
  const answer = await world.ask('converse', CONVERSE);
  expect([answer.status, await answer.json()]).toEqual([
    403,
    {
      __type: 'AccessDeniedException',
      message: expect.stringContaining('MODEL_NOT_ALLOWED') as string,
    },
  ]);
  expect(world.upstream.received).toHaveLength(0);
});

test('of a client that signs, the access key id is the token, and nothing of it goes on', async () => {
  await using world = await start();
  const authorization = `AWS4-HMAC-SHA256 Credential=${SESSION_TOKEN}/20261128/eu-central-1/bedrock/aws4_request, SignedHeaders=host, Signature=00`;
  const own = { authorization, 'x-amz-security-token': 'client-own', 'x-amz-date': 'then' };
  expect((await world.ask('converse', CONVERSE, own)).status).toBe(200);
  expect(world.upstream.received[0]?.headers).not.toHaveProperty('x-amz-security-token');
});

/** Everybody who hands out credentials, in one place: token service, container endpoint, instance metadata. */
async function startIssuer() {
  const seen: string[] = [];
  const expiration = '2099-01-01T00:00:00Z';
  const { accessKeyId, secretAccessKey } = ROLE;
  const xml = `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>role-session</SessionToken><Expiration>${expiration}</Expiration></Credentials>`;
  const json = JSON.stringify({
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: 'role-session',
    Expiration: expiration,
  });
  const answers: Record<string, string> = {
    'POST /': xml,
    'GET /container': json,
    'PUT /latest/api/token': 'imds-token',
    'GET /latest/meta-data/iam/security-credentials/': 'the-role\n',
    'GET /latest/meta-data/iam/security-credentials/the-role': json,
  };
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const line = `${request.method} ${request.url}`;
      const { authorization = '', 'x-aws-ec2-metadata-token': token = '' } = request.headers;
      const proof = `${authorization.slice(0, 16)}${String(token)}`;
      seen.push([line, proof, Buffer.concat(chunks as Buffer[]).toString()].join(' ').trim());
      response.writeHead(answers[line] === undefined ? 404 : 200).end(answers[line]);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const ROLE_FIELDS = `RoleArn=${encodeURIComponent(ROLE_ARN)}&RoleSessionName=aigov`;

test.each<{
  why: string;
  account(url: string, file: string): Partial<AwsAccount>;
  seen: readonly string[];
}>([
  {
    why: 'a role assumed with a long-term key',
    account: (stsUrl) => ({ stsUrl, role: { arn: ROLE_ARN, externalId: 'ext-1' } }),
    seen: [
      `POST / AWS4-HMAC-SHA256 Action=AssumeRole&${ROLE_FIELDS}&ExternalId=ext-1&Version=2011-06-15`,
    ],
  },
  {
    why: 'web identity, as in Kubernetes',
    account: (stsUrl, tokenFile) => ({
      stsUrl,
      source: { kind: 'web-identity', roleArn: ROLE_ARN, tokenFile },
    }),
    seen: [
      `POST /  Action=AssumeRoleWithWebIdentity&${ROLE_FIELDS}&WebIdentityToken=projected&Version=2011-06-15`,
    ],
  },
  {
    why: 'the container endpoint',
    account: (url, tokenFile) => ({
      source: { kind: 'container', url: `${url}/container`, tokenFile },
    }),
    seen: ['GET /container projected'],
  },
  {
    why: 'the instance',
    account: (url) => ({ source: { kind: 'instance', url } }),
    seen: [
      'PUT /latest/api/token',
      'GET /latest/meta-data/iam/security-credentials/ imds-token',
      'GET /latest/meta-data/iam/security-credentials/the-role imds-token',
    ],
  },
])('credentials from $why, fetched once for requests at the same time', async (row) => {
  const scratch = mkdtempSync(join(tmpdir(), 'aigov-aws-'));
  const file = join(scratch, 'token');
  writeFileSync(file, 'projected\n');
  await using issuer = await startIssuer();
  await using world = await start({ account: row.account(issuer.url, file), accepted: ROLE });
  const answers = await Promise.all([1, 2, 3].map(() => world.ask('converse', CONVERSE)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(issuer.seen).toEqual(row.seen);
  expect(world.upstream.received[0]?.headers['x-amz-security-token']).toBe('role-session');
  rmSync(scratch, { recursive: true });
});

test('no credentials to be had: a refusal that says so, and another try at the next request', async () => {
  const source = { kind: 'instance', url: 'http://127.0.0.1:1' } as const;
  await using world = await start({ account: { source } });
  for (const _ of [1, 2])
    expect((await world.ask('converse', CONVERSE)).headers.get('x-aigov-error')).toBe(
      'KEY_UNAVAILABLE',
    );
  const [close] = await world.recorder.written('close', 2);
  expect(close?.data).toMatchObject({ ending: 'upstream_error', errorCode: 'KEY_UNAVAILABLE' });
});
