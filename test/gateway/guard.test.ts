import Anthropic from '@anthropic-ai/sdk';
import { fc, test as property } from '@fast-check/jest';
import { compilePolicy } from '../../policy';
import { createGateway } from '../../gateway';
import { createAnswerFilter } from '../../gateway/guard/answer-filter';
import { decideCall } from '../../gateway/guard/judge';
import { PROVIDER_TYPES } from '../../gateway';
import { startModelUpstream, type ModelUpstreamOptions, type ScriptedTurn } from '../../emulator';
import { listen, MemoryRecorder } from './harness';

const KEY = 'provider-key';
const TOKEN = 'session-token';
const GUARD = { tools: { shell: 'guard' as const, deny: ['WebFetch'] } };

const text = { type: 'text' as const, text: 'I will clean up and then look around.' };
const rm = {
  type: 'tool_use' as const,
  id: 'call_rm',
  name: 'Bash',
  input: { command: 'rm -rf / --no-preserve-root' },
};
const ls = {
  type: 'tool_use' as const,
  id: 'call_ls',
  name: 'Bash',
  input: { command: 'ls -la src' },
};
const web = {
  type: 'tool_use' as const,
  id: 'call_web',
  name: 'WebFetch',
  input: { url: 'https://x.example' },
};

async function start(
  turns: ModelUpstreamOptions['turns'],
  type: string,
  sections: object,
  pace?: ModelUpstreamOptions['pace'],
) {
  const upstream = await startModelUpstream({ turns, apiKey: KEY, ...(pace ? { pace } : {}) });
  const recorder = new MemoryRecorder();
  const base = type === 'openai' ? '/v1' : '';
  const gateway = await listen(
    createGateway({
      providers: [{ name: 'vendor', type, baseUrl: `${upstream.url}${base}`, keys: [KEY] }],
      authenticate: (token) => (token === TOKEN ? { user: 'alice', isVerified: true } : undefined),
      policy: compilePolicy([{ apiVersion: 'aigov/v1', name: 'org', ...sections }]),
      recorder,
    }),
  );
  return {
    upstream,
    recorder,
    url: gateway.url,
    async ask({ path, body }: Request) {
      const answer = await fetch(`${gateway.url}/vendor${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'accept-encoding': 'gzip' },
        body: JSON.stringify(body),
      });
      return answer.text();
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

interface Request {
  readonly path: string;
  readonly body: object;
}

interface Case {
  readonly name: string;
  readonly type: string;
  readonly request: Request;
  /** What ends a turn in which no call is left. */
  readonly ended: string;
}

const MESSAGES = [{ role: 'user', content: 'go' }];
const CASES: readonly Case[] = [false, true].flatMap((stream) => [
  {
    name: `anthropic stream=${stream}`,
    type: 'anthropic',
    request: {
      path: '/v1/messages',
      body: { model: 'm', max_tokens: 9, stream, messages: MESSAGES },
    },
    ended: '"stop_reason":"end_turn"',
  },
  {
    name: `openai chat stream=${stream}`,
    type: 'openai',
    request: { path: '/v1/chat/completions', body: { model: 'm', stream, messages: MESSAGES } },
    ended: '"finish_reason":"stop"',
  },
  {
    name: `openai responses stream=${stream}`,
    type: 'openai',
    request: { path: '/v1/responses', body: { model: 'm', stream, input: 'go' } },
    ended: '"status":"completed"',
  },
  {
    name: `gemini stream=${stream}`,
    type: 'gemini',
    request: {
      path: `/v1beta/models/m:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
      body: { contents: [] },
    },
    ended: '"finishReason":"STOP"',
  },
]);

test.each(CASES)(
  '$name: a destructive call never reaches the client, its refusal does',
  async ({ type, request, ended }) => {
    await using world = await start([{ content: [text, rm] }], type, GUARD);
    const answer = await world.ask(request);
    expect(answer).not.toContain('no-preserve-root');
    expect(answer).not.toContain('call_rm');
    expect(answer).toContain('[aigov] The call of tool');
    expect(answer.replaceAll(/"(?:text|delta|content)":"/g, '')).toContain('I will clean');
    expect(answer).toContain(ended);
    const [close] = await world.recorder.written('close');
    expect(close).toMatchObject({
      data: {
        toolCalls: [{ id: 'call_rm' }],
        toolDecisions: [{ id: 'call_rm', effect: 'deny', isEnforced: true }],
      },
      content: { 'toolCall.call_rm': JSON.stringify(rm.input) },
    });
  },
);

test.each(CASES)(
  '$name: of several calls only the forbidden ones are replaced',
  async ({ type, request }) => {
    await using world = await start([{ content: [rm, ls, web] }], type, GUARD);
    const answer = await world.ask(request);
    expect(answer).not.toMatch(/no-preserve-root|call_rm|call_web|x\.example/);
    expect(answer).toContain('call_ls');
  },
);

test.each(CASES)(
  '$name: without a forbidden call the bytes are the upstream’s',
  async ({ type, request }) => {
    const turn = { content: [text, ls] };
    await using guarded = await start([turn], type, GUARD);
    await using plain = await start([turn], type, {});
    expect(await guarded.ask(request)).toBe(await plain.ask(request));
  },
);

test('monitor mode lets the call through and records it', async () => {
  const sections = { ...GUARD, firewall: { mode: 'monitor' } };
  await using world = await start([{ content: [rm] }], 'anthropic', sections);
  expect(await world.ask((CASES[0] as Case).request)).toContain('no-preserve-root');
  const [close] = await world.recorder.written('close');
  expect(close?.data['toolDecisions']).toMatchObject([{ id: 'call_rm', isEnforced: false }]);
});

test('the SDK reads a guarded stream: refusal as text, the other call intact', async () => {
  await using world = await start([{ content: [text, rm, ls] }], 'anthropic', GUARD);
  const client = new Anthropic({ baseURL: `${world.url}/vendor`, apiKey: TOKEN, maxRetries: 0 });
  const message = await client.messages
    .stream({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'go' }] })
    .finalMessage();
  expect(message.content).toMatchObject([text, { type: 'text' }, ls]);
  expect(message.stop_reason).toBe('tool_use');
});

test('text before a held call is not delayed', async () => {
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => (release = () => resolve()));
  const isStart = (data: unknown) => JSON.stringify(data).includes('input_json_delta');
  await using world = await start([{ content: [text, rm] }], 'anthropic', GUARD, ({ data }) =>
    isStart(data) ? held : undefined,
  );
  const client = new Anthropic({ baseURL: `${world.url}/vendor`, apiKey: TOKEN, maxRetries: 0 });
  const stream = client.messages.stream({
    model: 'm',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'go' }],
  });
  await new Promise<void>((resolve) =>
    stream.on('text', (_, soFar) => soFar === text.text && resolve()),
  );
  release();
  expect((await stream.finalMessage()).stop_reason).toBe('end_turn');
});

test('a compressed stream is judged too', async () => {
  await using world = await start(
    [{ content: [rm], encoding: 'gzip' } satisfies ScriptedTurn],
    'anthropic',
    GUARD,
  );
  expect(await world.ask((CASES[4] as Case).request)).not.toContain('no-preserve-root');
  expect(world.upstream.received[0]?.headers['accept-encoding']).toBeUndefined();
});

test.each<{ name: string; text: string; effect: string }>([
  { name: 'Bash', text: '{"command":"rm -rf ~"}', effect: 'deny' },
  { name: 'Bash', text: '{"command":"ls"}', effect: 'allow' },
  { name: 'Bash', text: '{"command":', effect: 'deny' },
  { name: 'Bash', text: '{"cmd":1}', effect: 'deny' },
  { name: 'shell', text: '{"command":["bash","-lc","rm -rf ~"]}', effect: 'deny' },
  { name: 'shell', text: '{"command":["bash","-lc","echo \'rm -rf ~\'"]}', effect: 'allow' },
  { name: 'run_shell_command', text: '{"command":"rm -rf ~"}', effect: 'deny' },
  { name: 'WebFetch', text: '{}', effect: 'deny' },
  { name: 'Read', text: '{"command":"rm -rf ~"}', effect: 'allow' },
])('$name $text: $effect', ({ name, text: input, effect }) => {
  const policy = compilePolicy([{ apiVersion: 'aigov/v1', name: 'org', ...GUARD }]);
  expect(decideCall(policy, { id: 'c', name, arguments: input }).effect).toBe(effect);
});

const formats = [...PROVIDER_TYPES.values()]
  .flatMap((type) =>
    [
      '/v1/messages',
      '/v1/chat/completions',
      '/v1/responses',
      '/v1beta/models/m:generateContent',
    ].map((path) => type.endpoint('POST', path)),
  )
  .flatMap((endpoint) => (endpoint?.kind === 'intercepted' ? [endpoint.format] : []));
const piece = fc.oneof(
  fc.constantFrom(
    'data: ',
    'event: x',
    '\n',
    '\n\n',
    '\r\n\r\n',
    '\r',
    ': ping',
    '{"type":"ping"}',
    '[DONE]',
    'é👋',
  ),
  fc.json().map((json) => `data: ${json}\n\n`),
);

property.prop([
  fc.constantFrom(...formats),
  fc.array(piece, { maxLength: 20 }),
  fc.array(fc.nat(), { maxLength: 6 }),
])(
  'a stream without tool calls passes byte for byte, however it is cut',
  (format, pieces, cuts) => {
    const bytes = Buffer.from(pieces.join(''));
    const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
      (a, b) => a - b,
    );
    const filter = createAnswerFilter(format, ['content-type', 'text/event-stream'], () => 'no');
    const out = places.slice(1).map((end, i) => filter.push(bytes.subarray(places[i], end)));
    const passed = Buffer.concat([...out, filter.end()].filter((chunk) => chunk !== undefined));
    expect(passed.equals(bytes)).toBe(true);
  },
);
