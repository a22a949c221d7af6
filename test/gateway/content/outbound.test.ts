import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { startModelUpstream } from '../../../emulator';
import { createGateway } from '../../../gateway';
import { compilePolicy, type PolicyDocument } from '../../../policy';
import { listen, MemoryRecorder } from '../harness';
import { WIRE_REQUESTS, type WireRequest } from '../wire-requests';

const KEY = 'provider-key-of-the-company';
/** Put together here: written whole it would alarm whoever scans this repository. */
const SECRET = `ghp_${'aB3dE5gH7j'.repeat(4)}`;
const MASK = '[secrets/github-token-1]';

async function start(format: WireRequest, sections: Partial<PolicyDocument>) {
  const upstream = await startModelUpstream({
    turns: [{ content: [{ type: 'text', text: `I saw ${SECRET}.` }] }],
    apiKey: KEY,
  });
  const recorder = new MemoryRecorder();
  const baseUrl = `${upstream.url}${format.base}`;
  const gateway = await listen(
    createGateway({
      providers: [{ name: 'vendor', type: format.type, baseUrl, keys: [KEY] }],
      authenticate: () => ({ user: 'alice', isVerified: true }),
      policy: compilePolicy([{ apiVersion: 'aigov/v1', name: 'org', ...sections }]),
      recorder,
    }),
  );
  return {
    upstream,
    recorder,
    ask: (body: Buffer, headers: Readonly<Record<string, string>> = {}, isStreaming = false) =>
      fetch(`${gateway.url}/vendor${format.path(isStreaming)}`, {
        method: 'POST',
        headers: { authorization: 'Bearer t', ...headers },
        body: new Uint8Array(body),
      }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

function mask(content: PolicyDocument['content'] = {}): Partial<PolicyDocument> {
  return { content: { ...content, outbound: { find: { secrets: 'mask' } } } };
}

const said = (secret: string) => ({
  system: `key ${secret}`,
  prompt: `use ${secret} — é`,
  result: { id: 'call_1', text: `GITHUB_TOKEN=${secret}` },
});
const bytesOf = (format: WireRequest, secret: string, isStreaming = false) =>
  Buffer.from(JSON.stringify(format.body({ ...said(secret), isStreaming }), undefined, 1));

const cases = WIRE_REQUESTS.flatMap((format) =>
  [false, true].map((isStreaming) => ({ name: format.name, format, isStreaming })),
);

test.each(cases)(
  '$name, streaming $isStreaming: a secret never reaches the provider, every other byte does',
  async ({ format, isStreaming }) => {
    await using world = await start(format, mask({ systemPrompt: 'store', toolResults: 'store' }));
    const answer = await world.ask(bytesOf(format, SECRET, isStreaming), {}, isStreaming);
    expect(answer.status).toBe(200);
    await answer.text();
    const sent = bytesOf(format, MASK, isStreaming);
    expect(String(world.upstream.received[0]?.body)).toBe(sent.toString('utf8'));
    await world.recorder.written('close');
    const [open] = world.recorder.records;
    expect(open?.data).toMatchObject({
      findingCount: 3,
      sentSha256: createHash('sha256').update(sent).digest('hex'),
      requestSha256: createHash('sha256')
        .update(bytesOf(format, SECRET, isStreaming))
        .digest('hex'),
    });
    expect(JSON.stringify(world.recorder.records)).not.toContain(SECRET);
    expect(open?.content).toMatchObject({ systemPrompt: `key ${MASK}` });
  },
);

test.each(WIRE_REQUESTS)('$name: a blocked request goes nowhere and says why', async (format) => {
  await using world = await start(format, {
    content: { outbound: { find: { secrets: 'block' } } },
  });
  const answer = await world.ask(bytesOf(format, SECRET));
  expect(answer.headers.get('x-aigov-error')).toBe('CONTENT_BLOCKED');
  const text = await answer.text();
  expect(text).toContain('secrets/github-token');
  expect(text).not.toContain(SECRET);
  expect(world.upstream.received).toEqual([]);
  expect(world.recorder.records).toMatchObject([
    { phase: 'open', policy: { layer: 'org', rule: 'secrets/github-token' } },
    { phase: 'close', data: { ending: 'refused', errorCode: 'CONTENT_BLOCKED' } },
  ]);
  expect(JSON.stringify(world.recorder.records)).not.toContain(SECRET);
});

test.each<{ why: string; sections: Partial<PolicyDocument>; found: number | undefined }>([
  { why: 'no rule', sections: {}, found: undefined },
  {
    why: 'rules that only record',
    sections: { content: { outbound: { find: { secrets: 'record' } } } },
    found: 3,
  },
  { why: 'monitor mode', sections: { ...mask(), firewall: { mode: 'monitor' } }, found: 3 },
])('the bytes go on as they came with $why', async ({ sections, found }) => {
  const [format] = WIRE_REQUESTS;
  if (format === undefined) throw new Error('no format');
  await using world = await start(format, sections);
  const body = bytesOf(format, SECRET);
  await (await world.ask(body)).text();
  expect(String(world.upstream.received[0]?.body)).toBe(body.toString('utf8'));
  const [open] = await world.recorder.written('open');
  expect(open?.data['findingCount']).toBe(found);
  expect(open?.data['sentSha256']).toBeUndefined();
  // Whatever happens to the request, a record never holds what a rule found.
  if (found !== undefined) expect(JSON.stringify(world.recorder.records)).not.toContain(SECRET);
});

test('a compressed request is read, masked and sent on without its encoding', async () => {
  const [format] = WIRE_REQUESTS;
  if (format === undefined) throw new Error('no format');
  await using world = await start(format, mask());
  const answer = await world.ask(gzipSync(bytesOf(format, SECRET)), { 'content-encoding': 'gzip' });
  expect(answer.status).toBe(200);
  const [received] = world.upstream.received;
  expect(String(received?.body)).toBe(bytesOf(format, MASK).toString('utf8'));
  expect(JSON.stringify(received?.rawHeaders)).not.toMatch(/content-encoding/i);
});

test('what is redacted is taken out of records only', async () => {
  const [format] = WIRE_REQUESTS;
  if (format === undefined) throw new Error('no format');
  await using world = await start(format, { content: { redact: ['secrets'] } });
  const answer = await world.ask(bytesOf(format, SECRET));
  expect(await answer.text()).toContain(SECRET);
  expect(String(world.upstream.received[0]?.body)).toContain(SECRET);
  const [close] = await world.recorder.written('close');
  expect(close?.content?.['output']).toBe(`I saw ${MASK}.`);
  expect(JSON.stringify(world.recorder.records)).not.toContain(SECRET);
});
