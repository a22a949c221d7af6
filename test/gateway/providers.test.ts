import { fc, test as property } from '@fast-check/jest';
import { compilePolicy } from '../../policy';
import { createGateway, PROVIDER_TYPES } from '../../gateway';
import { createTap } from '../../gateway/tap';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';
import { listen, MemoryRecorder } from './harness';

const KEY = 'provider-key-of-the-company';
const TOKEN = 'session-token';

/** One case suite, run for every wire format. */
interface Format {
  readonly type: string;
  /** Appended to the upstream's URL to make the provider's base URL. */
  readonly base: string;
  path(isStreaming: boolean): string;
  body(isStreaming: boolean, prompt: string): object;
  /** Request bringing back a tool's result. */
  resultBody(id: string): object;
  readonly hasCacheWrites: boolean;
}

const FORMATS: Record<string, Format> = {
  'anthropic-messages': {
    type: 'anthropic',
    base: '',
    path: () => '/v1/messages',
    body: (stream, prompt) => ({
      model: 'm-1',
      max_tokens: 7,
      stream,
      messages: [{ role: 'user', content: prompt }],
    }),
    resultBody: (id) => ({
      model: 'm-1',
      messages: [
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'ok' }] },
      ],
    }),
    hasCacheWrites: true,
  },
  'openai-chat': {
    type: 'openai',
    base: '/v1',
    path: () => '/v1/chat/completions',
    body: (stream, prompt) => ({
      model: 'm-1',
      max_completion_tokens: 7,
      stream,
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: [{ type: 'text', text: prompt }] },
      ],
    }),
    resultBody: (id) => ({
      model: 'm-1',
      messages: [
        { role: 'assistant', tool_calls: [] },
        { role: 'tool', tool_call_id: id, content: 'ok' },
      ],
    }),
    hasCacheWrites: true,
  },
  'openai-responses': {
    type: 'openai',
    base: '/v1',
    path: () => '/v1/responses',
    body: (stream, prompt) => ({
      model: 'm-1',
      max_output_tokens: 7,
      stream,
      input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: prompt }] }],
    }),
    resultBody: (id) => ({
      model: 'm-1',
      input: [{ type: 'function_call_output', call_id: id, output: 'ok' }],
    }),
    hasCacheWrites: true,
  },
  'gemini-generate': {
    type: 'gemini',
    base: '',
    path: (stream) =>
      `/v1beta/models/m-1:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: (_stream, prompt) => ({
      contents: [{ role: 'user', parts: [{ text: prompt }] }],
      generationConfig: { maxOutputTokens: 7 },
    }),
    resultBody: (id) => ({
      contents: [{ role: 'user', parts: [{ functionResponse: { id, name: 'x', response: {} } }] }],
    }),
    hasCacheWrites: false,
  },
  'bedrock-converse': {
    type: 'bedrock',
    base: '',
    path: (stream) => `/model/m-1/converse${stream ? '-stream' : ''}`,
    body: (_stream, prompt) => ({
      messages: [{ role: 'user', content: [{ text: prompt }] }],
      inferenceConfig: { maxTokens: 7 },
    }),
    resultBody: (id) => ({
      messages: [{ role: 'user', content: [{ toolResult: { toolUseId: id, content: [] } }] }],
    }),
    hasCacheWrites: true,
  },
  'bedrock-invoke': {
    type: 'bedrock',
    base: '',
    path: (stream) => `/model/m-1/invoke${stream ? '-with-response-stream' : ''}`,
    body: (_stream, prompt) => ({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 7,
      messages: [{ role: 'user', content: prompt }],
    }),
    resultBody: (id) => ({
      anthropic_version: 'bedrock-2023-05-31',
      messages: [
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'ok' }] },
      ],
    }),
    hasCacheWrites: true,
  },
};

const TURN: ScriptedTurn = {
  content: [
    { type: 'thinking', thinking: 'Größer denken — then call the tool.' },
    { type: 'text', text: 'Looking into the folder 📁 right away.' },
    { type: 'tool_use', id: 'call_1', name: 'Bash', input: { command: 'ls "a b"' } },
    { type: 'tool_use', id: 'call_2', name: 'Read', input: { path: 'é' } },
  ],
  usage: { inputTokens: 5, outputTokens: 9, cacheReadTokens: 70, cacheWriteTokens: 3 },
};

async function start(format: Format, turns: readonly ScriptedTurn[]) {
  const upstream = await startModelUpstream({ turns, apiKey: KEY });
  const recorder = new MemoryRecorder();
  const gateway = await listen(
    createGateway({
      providers: [
        {
          name: 'vendor',
          type: format.type,
          baseUrl: `${upstream.url}${format.base}`,
          keys: [KEY],
        },
      ],
      authenticate: (token) => (token === TOKEN ? { user: 'alice', isVerified: true } : undefined),
      policy: compilePolicy([]),
      recorder,
    }),
  );
  return {
    upstream,
    recorder,
    ask: (path: string, body: object, token = TOKEN) =>
      fetch(`${gateway.url}/vendor${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

const cases = Object.entries(FORMATS).flatMap(([name, format]) =>
  [false, true].map((isStreaming) => ({
    name,
    format,
    isStreaming,
    how: isStreaming ? 'stream' : 'json',
  })),
);

test.each(cases)(
  '$name $how: same bytes as upstream, one hit, everything recorded',
  async ({ format, isStreaming }) => {
    await using world = await start(format, [TURN]);
    await using reference = await startModelUpstream({ turns: [TURN], apiKey: KEY });
    const path = format.path(isStreaming);
    const body = format.body(isStreaming, 'what is here?');
    const direct = await fetch(`${reference.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify(body),
    });
    const through = await world.ask(path, body);
    expect(Buffer.from(await through.arrayBuffer())).toEqual(
      Buffer.from(await direct.arrayBuffer()),
    );
    const [open] = await world.recorder.written('open');
    const [close] = await world.recorder.written('close');
    expect(open).toMatchObject({
      content: { prompt: 'what is here?' },
      data: { model: 'm-1', isStreaming, maxOutputTokens: 7, provider: format.type },
    });
    const usage = {
      ...world.upstream.sentUsage[0],
      ...(format.hasCacheWrites ? {} : { cacheWriteTokens: 0 }),
    };
    expect(close).toMatchObject({
      data: {
        ending: 'completed',
        usage,
        toolCalls: [
          { id: 'call_1', name: 'Bash' },
          { id: 'call_2', name: 'Read' },
        ],
      },
      content: {
        output: 'Looking into the folder 📁 right away.',
        reasoning: 'Größer denken — then call the tool.',
        'toolCall.call_1': '{"command":"ls \\"a b\\""}',
        'toolCall.call_2': '{"path":"é"}',
      },
    });
    expect(world.upstream.received).toHaveLength(1);
    expect(JSON.stringify(world.upstream.received[0]?.rawHeaders)).not.toContain(TOKEN);
  },
);

const each = Object.entries(FORMATS).map(([name, format]) => ({ name, format }));

test.each(each)('$name: a tool result links to the call', async ({ format }) => {
  await using world = await start(format, [TURN]);
  await (await world.ask(format.path(false), format.resultBody('call_9'))).text();
  const [open] = await world.recorder.written('open');
  const hasResult = JSON.stringify(format.resultBody('call_9')).includes('call_9');
  expect(open?.data['toolResultIds']).toEqual(hasResult ? ['call_9'] : undefined);
});

test.each(each)('$name: a refusal has the protocol’s shape', async ({ format }) => {
  await using world = await start(format, []);
  const answer = await world.ask(format.path(false), format.body(false, 'x'), 'stolen');
  expect(answer.status).toBe(401);
  const body = (await answer.json()) as { message?: string; error?: { message: string } };
  expect(body.error?.message ?? body.message).toContain('TOKEN_INVALID');
});

test.each<{ type: string; method: string; path: string; kind: string | undefined }>([
  { type: 'openai', method: 'POST', path: '/chat/completions', kind: 'intercepted' },
  { type: 'openai', method: 'POST', path: '/v1/embeddings', kind: 'passed' },
  { type: 'openai', method: 'GET', path: '/v1/responses/resp_1/input_items', kind: 'passed' },
  { type: 'openai', method: 'POST', path: '/v1/completions', kind: undefined },
  { type: 'openai', method: 'POST', path: '/v1/files', kind: undefined },
  { type: 'openai', method: 'GET', path: '/v1/organization/admin_api_keys', kind: undefined },
  { type: 'azure', method: 'POST', path: '/v1/responses', kind: 'intercepted' },
  { type: 'gemini', method: 'POST', path: '/v1beta/models/g:countTokens', kind: 'passed' },
  {
    type: 'gemini',
    method: 'POST',
    path: '/v1beta/models/g:batchGenerateContent',
    kind: undefined,
  },
  { type: 'gemini', method: 'POST', path: '/upload/v1beta/files', kind: undefined },
  { type: 'bedrock', method: 'POST', path: '/v1/messages', kind: 'intercepted' },
  { type: 'bedrock', method: 'POST', path: '/openai/v1/responses', kind: 'intercepted' },
  { type: 'bedrock', method: 'POST', path: '/model/a.b-v1%3A0/count-tokens', kind: 'passed' },
  {
    type: 'bedrock',
    method: 'POST',
    path: '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.a/converse',
    kind: 'intercepted',
  },
  { type: 'bedrock', method: 'POST', path: '/model/a/b/converse', kind: undefined },
  { type: 'bedrock', method: 'POST', path: '/model/a%20b/converse', kind: undefined },
  { type: 'bedrock', method: 'POST', path: '/model/a/async-invoke', kind: undefined },
  { type: 'bedrock', method: 'POST', path: '/constructor', kind: undefined },
  { type: 'bedrock', method: 'GET', path: '/model/a/converse', kind: undefined },
  { type: 'copilot', method: 'POST', path: '/chat/completions', kind: 'intercepted' },
  { type: 'copilot', method: 'POST', path: '/v1/messages', kind: 'intercepted' },
  { type: 'copilot', method: 'GET', path: '/models', kind: 'passed' },
  { type: 'copilot', method: 'POST', path: '/agents/sessions', kind: undefined },
])('$type $method $path is $kind', ({ type, method, path, kind }) => {
  expect(PROVIDER_TYPES.get(type)?.endpoint(method, path)?.kind).toBe(kind);
});

const formats = [...PROVIDER_TYPES.values()]
  .flatMap((type) => [
    type.endpoint('POST', '/v1/messages'),
    type.endpoint('POST', '/v1/chat/completions'),
    type.endpoint('POST', '/v1/responses'),
    type.endpoint('POST', '/v1beta/models/m:generateContent'),
    type.endpoint('POST', '/model/m/converse'),
    type.endpoint('POST', '/model/m/invoke'),
  ])
  .flatMap((endpoint) => (endpoint?.kind === 'intercepted' ? [endpoint.format] : []));

property.prop([
  fc.constantFrom(...formats),
  fc.constantFrom('application/json', 'text/event-stream'),
  fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json().map((text) => Buffer.from(`data: ${text}\n\n`)),
      fc.json().map((text) => Buffer.from(text)),
    ),
    { maxLength: 8 },
  ),
])(
  'whatever an upstream sends, a tap gives facts and never throws',
  (format, contentType, chunks) => {
    const tap = createTap(format, ['content-type', contentType], 10_000);
    for (const chunk of chunks) tap.push(Buffer.from(chunk));
    expect(tap.facts()).toHaveProperty('isComplete');
  },
);
