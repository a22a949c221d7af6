import { hash } from 'node:crypto';
import { startModelUpstream, type ScriptedTurn } from '../../emulator';
import { createGateway } from '../../gateway';
import { MAX_TOOL_RESULTS } from '../../gateway/interception';
import { MAX_OPEN_CALLS, Threads } from '../../gateway/threads';
import { compilePolicy, type ContentDocument } from '../../policy';
import { listen, MemoryRecorder } from './harness';
import { WIRE_REQUESTS, type WireRequest } from './wire-requests';

const KEY = 'provider-key-of-the-company';
const CALLS: ScriptedTurn = {
  content: [{ type: 'tool_use', id: 'call_1', name: 'Bash', input: { command: 'ls' } }],
};
const DONE: ScriptedTurn = { content: [{ type: 'text', text: 'Two files.' }] };

async function start(
  format: WireRequest,
  turns: readonly ScriptedTurn[],
  content?: ContentDocument,
) {
  const upstream = await startModelUpstream({ turns, apiKey: KEY });
  const recorder = new MemoryRecorder();
  const baseUrl = `${upstream.url}${format.base}`;
  const gateway = await listen(
    createGateway({
      providers: [{ name: 'vendor', type: format.type, baseUrl, keys: [KEY] }],
      authenticate: (token) => ({ user: token, isVerified: true }),
      policy: compilePolicy([
        { apiVersion: 'aigov/v1', name: 'p', ...(content === undefined ? {} : { content }) },
      ]),
      recorder,
    }),
  );
  return {
    recorder,
    async ask(body: object, user = 'alice', headers: Readonly<Record<string, string>> = {}) {
      const answer = await fetch(`${gateway.url}/vendor${format.path(false)}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${user}`, ...headers },
        body: JSON.stringify(body),
      });
      await answer.text();
      return answer.status;
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

const sha256 = (text: string) => hash('sha256', text);

test.each(WIRE_REQUESTS)('$name: the result of a call goes on with its thread', async (format) => {
  await using world = await start(format, [CALLS, CALLS, DONE, DONE]);
  await world.ask(format.body({ prompt: 'what is here?' }));
  await world.recorder.written('close', 1);
  const result = { id: 'call_1', text: 'a b' };
  await world.ask(format.body({ prompt: 'what is here?', result }));
  await world.recorder.written('close', 2);
  await world.ask(format.body({ prompt: 'what is here?', result }));
  await world.recorder.written('close', 3);
  await world.ask(format.body({ prompt: 'what is here?', result }), 'mallory');
  const opened = await world.recorder.written('open', 4);
  const [first, second, third, stranger] = opened;
  const links = opened.map(({ data }) => [data['threadId'], data['parentId']]);
  expect(links).toEqual([
    [first?.id, undefined],
    [first?.id, first?.id],
    [first?.id, second?.id],
    [stranger?.id, undefined],
  ]);
  expect(third?.data['toolResultIds']).toEqual(['call_1']);
});

test.each(WIRE_REQUESTS)('$name: each part of a request is kept as policy says', async (format) => {
  const said = {
    system: 'You are careful.',
    prompt: 'what is here?',
    result: { id: 'call_9', text: 'secret plans' },
  };
  const isGemini = format.type === 'gemini';
  const text = isGemini ? '{"output":"secret plans"}' : 'secret plans';
  const kept = async (content?: ContentDocument) => {
    await using world = await start(format, [DONE], content);
    await world.ask(format.body(said));
    const [open] = await world.recorder.written('open');
    return { content: open?.content ?? {}, hashes: open?.data['contentSha256'] ?? {} };
  };
  const byDefault = await kept();
  expect(byDefault.hashes).toEqual({
    systemPrompt: sha256('You are careful.'),
    'toolResult.call_9': sha256(text),
  });
  const all = { systemPrompt: 'store', toolResults: 'store', prompts: 'hash' } as const;
  expect(await kept(all)).toMatchObject({
    content: { systemPrompt: 'You are careful.', 'toolResult.call_9': text },
  });
  const none = { systemPrompt: 'off', toolResults: 'off', prompts: 'off' } as const;
  expect(await kept(none)).toEqual({ content: {}, hashes: {} });
});

test('a request with more tool results than a record takes is recorded all the same', async () => {
  const [anthropic] = WIRE_REQUESTS;
  if (anthropic === undefined) throw new Error('no format');
  await using world = await start(anthropic, [DONE]);
  const results = Array.from({ length: MAX_TOOL_RESULTS + 1 }, (_, i) => ({
    type: 'tool_result',
    tool_use_id: `call_${i}`,
    content: 'ok',
  }));
  const huge = { type: 'tool_result', tool_use_id: 'x'.repeat(2_000_000), content: 'ok' };
  const messages = [{ role: 'user', content: [...results, huge] }];
  expect(await world.ask({ model: 'm-1', max_tokens: 7, messages })).toBe(200);
  const [open] = await world.recorder.written('open');
  expect(open?.data['toolResultIds']).toHaveLength(MAX_TOOL_RESULTS);
  expect(open?.data['toolResultIds']).toContain(`call_${MAX_TOOL_RESULTS}`);
});

test('calls remembered are bounded; one without an id of its own links nothing', () => {
  const threads = new Threads();
  const thread = { id: 'first' };
  const call = (id: string, name = 'Bash') => ({ id, name });
  threads.remember('first', 'alice', thread, [call('call_0')]);
  for (let i = 1; i < MAX_OPEN_CALLS; i += 1)
    threads.remember('first', 'alice', thread, [call(`call_${i}`)]);
  const of = (id: string) => threads.threadOf('new', 'alice', [id]).id;
  expect(of('call_0')).toBe('first');
  threads.remember('first', 'alice', thread, [call('one more')]);
  expect([of('call_0'), of('call_1'), of('one more')]).toEqual(['new', 'first', 'first']);
  threads.remember('first', 'alice', thread, [call('run_shell_command', 'run_shell_command')]);
  expect(of('run_shell_command')).toBe('new');
});

const JAIL = '6f9619ff-8b86-d011-b42d-00c04fc964ff';

test.each([
  {
    why: 'both headers',
    session: JAIL,
    sequence: '41',
    firewall: { sessionId: JAIL, sequence: 41 },
  },
  { why: 'a session that is none', session: 'x', sequence: '41', firewall: undefined },
  { why: 'a number that is none', session: JAIL, sequence: '-1', firewall: undefined },
])('Coder’s firewall numbers a request: $why', async ({ session, sequence, firewall }) => {
  const [anthropic] = WIRE_REQUESTS;
  if (anthropic === undefined) throw new Error('no format');
  await using world = await start(anthropic, [DONE]);
  await world.ask(anthropic.body({ prompt: 'hi' }), 'alice', {
    'x-coder-agent-firewall-session-id': session,
    'x-coder-agent-firewall-sequence-number': sequence,
  });
  const [open] = await world.recorder.written('open');
  expect(open?.firewall).toEqual(firewall);
});
