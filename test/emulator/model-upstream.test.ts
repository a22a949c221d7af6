import Anthropic from '@anthropic-ai/sdk';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';

const KEY = 'key-the-upstream-expects';
const QUESTION = {
  model: 'claude-scripted',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: 'hello' }],
};
const TURN: ScriptedTurn = {
  content: [
    { type: 'thinking', thinking: 'The person greets me; I list the folder first.' },
    { type: 'text', text: 'Hello 👋 from a scripted model.' },
    { type: 'tool_use', id: 'toolu_ls', name: 'Bash', input: { command: 'ls -la "a b"' } },
  ],
  usage: { inputTokens: 5, outputTokens: 9, cacheReadTokens: 70, cacheWriteTokens: 3 },
};

function client(url: string, apiKey = KEY): Anthropic {
  return new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
}

test('answers the script to the official SDK, as JSON', async () => {
  await using upstream = await startModelUpstream({ turns: [TURN], apiKey: KEY });
  const message = await client(upstream.url).messages.create(QUESTION);
  expect(message.content).toMatchObject(TURN.content);
  expect(message.usage).toMatchObject({
    input_tokens: 5,
    output_tokens: 9,
    cache_read_input_tokens: 70,
    cache_creation_input_tokens: 3,
  });
});

test('a streamed answer adds up to the same message', async () => {
  await using upstream = await startModelUpstream({ turns: [TURN, TURN], apiKey: KEY });
  const plain = await client(upstream.url).messages.create(QUESTION);
  const streamed = await client(upstream.url).messages.stream(QUESTION).finalMessage();
  expect(streamed.content).toEqual(plain.content);
  expect(streamed.usage).toMatchObject(plain.usage);
  expect(streamed.stop_reason).toBe('tool_use');
});

test('records what came in and the usage it sent', async () => {
  await using upstream = await startModelUpstream({ turns: [TURN], apiKey: KEY });
  await client(upstream.url).messages.create(QUESTION);
  expect(upstream.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /v1/messages',
  ]);
  expect(JSON.parse(String(upstream.received[0]?.body))).toEqual(QUESTION);
  expect(upstream.sentUsage).toEqual([{ ...TURN.usage, serviceTier: 'standard' }]);
});

test('refuses another key with 401 and a script that is over with 500', async () => {
  await using upstream = await startModelUpstream({ turns: [], apiKey: KEY });
  await expect(client(upstream.url, 'other').messages.create(QUESTION)).rejects.toMatchObject({
    status: 401,
  });
  await expect(client(upstream.url).messages.create(QUESTION)).rejects.toMatchObject({
    status: 500,
  });
});

test.each<{ behaviour: ScriptedTurn['behaviour']; status: number | undefined; why: string }>([
  {
    behaviour: { kind: 'status', status: 429, errorType: 'rate_limit_error', message: 'slow down' },
    status: 429,
    why: 'a status of the script',
  },
  { behaviour: { kind: 'hang_up' }, status: undefined, why: 'a connection error' },
  { behaviour: { kind: 'cut', afterEvents: 0 }, status: undefined, why: 'a body cut short' },
])('misbehaves on demand: $why', async ({ behaviour, status }) => {
  const turn = { content: TURN.content, ...(behaviour ? { behaviour } : {}) };
  await using upstream = await startModelUpstream({ turns: [turn], apiKey: KEY });
  const failure = await client(upstream.url)
    .messages.create(QUESTION)
    .then(
      () => 'answered',
      (error: unknown) => error,
    );
  expect(failure).toHaveProperty('message');
  expect((failure as { status?: number }).status).toBe(status);
});

test('tells when its caller goes away in mid-stream', async () => {
  await using upstream = await startModelUpstream({
    turns: [{ content: TURN.content, behaviour: { kind: 'stall', afterEvents: 3 } }],
    apiKey: KEY,
  });
  const stream = client(upstream.url).messages.stream(QUESTION);
  stream.on('abort', () => undefined);
  await new Promise((resolve) => stream.once('streamEvent', resolve));
  stream.abort();
  await expect(upstream.received[0]?.cancelled).resolves.toBeUndefined();
});
